import { excerpt } from "../escape.ts";
import type { HintEvidence, StageEvidence } from "../report/hint_evidence.ts";
import type { HintReport } from "../report/hint_report.ts";
import { formatTime } from "../units/duration.ts";
import { samplesForShape } from "./hint_rule.ts";
import { isNewConnection } from "./new_connection.ts";

/** Work varies by more than this part of its median … */
const varianceLimit = 0.02;
/** … and is now and then done in less than this part of it. */
const floorLimit = 0.9;
/** Shorter stages look constant where a writer's clock counts whole milliseconds. */
const leastMs = 20;

/** A stage that always takes the same time, or never less: a sleep or a timeout is in it. */
export function findFixedWaits({ stages }: HintEvidence): HintReport[] {
  return stages
    .filter((stage) => stage.isBetweenEvents && !isNewConnection(stage))
    .filter(({ n, medianMs }) => n >= samplesForShape && medianMs >= leastMs)
    .flatMap((stage) => describe(stage) ?? []);
}

function describe(stage: StageEvidence): HintReport | null {
  const { name, n, minMs, medianMs, deviationMs } = stage;
  const isConstant = deviationMs / medianMs < varianceLimit;
  if (!isConstant && minMs / medianMs <= floorLimit) return null;
  const signs = isConstant
    ? `always takes about ${formatTime(medianMs)}: n ${n}, MAD ${percent(deviationMs / medianMs)} of the median, limit ${percent(varianceLimit)}`
    : `never takes much less than ${formatTime(medianMs)}: n ${n}, minimum ${percent(minMs / medianMs)} of the median, limit ${percent(floorLimit)}`;
  return {
    rule: "fixed_wait",
    finding: `${excerpt(name)} ${signs}`,
    figures: {
      stage: name,
      sign: isConstant ? "variance" : "floor",
      n,
      median_ms: medianMs,
      min_ms: minMs,
      deviation_ms: deviationMs,
      limit: isConstant ? varianceLimit : floorLimit,
    },
    advice: "Look for a sleep or a timeout of that length, and wait for what it stands for instead",
  };
}

function percent(part: number): string {
  const value = part * 100;
  return `${value < 10 && !Number.isInteger(value) ? value.toFixed(1) : Math.round(value)}%`;
}

import type { HintEvidence } from "../report/hint_evidence.ts";
import type { HintReport } from "../report/hint_report.ts";
import { formatSetting, formatTime } from "../units/duration.ts";
import type { HintLimits } from "./limits.ts";

const advice: ReadonlyMap<string, string> = new Map([
  [
    "classification",
    "Run GLiClass on the GPU, and check that its model stays loaded between requests",
  ],
  [
    "retrieval",
    "Keep the database connection open, check that the vector index is used, or ask for fewer chunks",
  ],
  ["llm", "Try a smaller or quantised model; check that the prompt cache and the GPU are used"],
  ["synthesis", "Check that CUDA is used and the GPU is free; try FP16"],
]);

/** A stage whose median is over its limit. One sample is enough: a limit needs no distribution. */
export function findSlowStages({ stages }: HintEvidence, limits: HintLimits): HintReport[] {
  return stages.flatMap(({ name, n, medianMs }) => {
    const limitMs = limits.get(name);
    if (limitMs === undefined || medianMs <= limitMs) return [];
    const limit = formatSetting(limitMs / 1000);
    return [
      {
        rule: "slow_stage",
        finding: `${name} is slow: n ${n}, median ${formatTime(medianMs)}, limit ${limit}`,
        figures: { stage: name, n, median_ms: medianMs, limit_ms: limitMs },
        advice: advice.get(name) ?? "Find out what it waits for",
      },
    ];
  });
}

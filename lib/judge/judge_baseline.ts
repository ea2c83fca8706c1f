import type { CheckItem, StageSample } from "../report/check_report.ts";
import type { SampleComparison } from "../report/comparison_report.ts";
import type { Sample } from "../stats/sample.ts";
import { formatCount } from "../units/count.ts";
import { formatDifference } from "./amount.ts";
import { compareFamily } from "./compare_samples.ts";
import { describeChange } from "./explain_breach.ts";
import { expressionName } from "./series_name.ts";

/** What counts as a regression: all of it together, and significance over all stages. */
export interface RegressionLimits {
  /** Slower by at least this part of the median before … */
  readonly minChange: number;
  /** … and by at least so many milliseconds. */
  readonly minDeltaMs: number;
  /** A stage with fewer samples on either side is not compared. */
  readonly minSamples: number;
  /** Resamples of the bootstrap; 10 000 by default. */
  readonly resamples?: number;
}

/** All stages compared. */
export interface BaselineJudgement {
  readonly items: readonly CheckItem[];
  /** Stages left alone, as they have too few samples. */
  readonly tooFew: number;
}

/** A stage on both sides. */
interface Pair {
  readonly stage: StageSample;
  readonly before: Sample;
  readonly after: Sample;
}

const none: Sample = { n: 0, median: null, values: new Float64Array(0) };

/**
 * Compares figures, spans and gaps with what they were. A stage fails if its median has become slower by
 * the relative and by the absolute floor, and significantly so among all stages; if it looks slower by as
 * much and that may be chance, it is inconclusive. So is a figure with too few samples, and a span
 * that has disappeared; a gap that has is good news.
 *
 * Cost: about 4 ms a stage.
 */
export function judgeBaseline(
  before: readonly StageSample[],
  after: readonly StageSample[],
  limits: RegressionLimits,
): BaselineJudgement {
  const pairs = pairStages(before, after);
  const isEnough = (pair: Pair) => smaller(pair) >= limits.minSamples;
  const compared = pairs.filter(isEnough);
  const comparisons = compareFamily(compared, {
    marginFraction: limits.minChange,
    marginMs: limits.minDeltaMs,
    ...(limits.resamples === undefined ? {} : { resamples: limits.resamples }),
  });
  const judged = new Map(compared.map((pair, index) => [pair, comparisons[index]]));
  const culprit = findCulprit(judged);
  const items = pairs.flatMap((pair) => {
    const comparison = judged.get(pair);
    if (comparison !== undefined) return [judgeStage(pair, comparison, culprit)];
    const reason = whyMissed(pair, limits.minSamples);
    return reason === null ? [] : [itemOf(pair, "inconclusive", reason, null)];
  });
  return { items, tooFew: pairs.length - items.length };
}

/**
 * Whether any stage with enough samples is slower by the floors, by chance or not: where none is, none can
 * fail or be inconclusive. Far cheaper than to judge them.
 */
export function looksSlower(
  before: readonly StageSample[],
  after: readonly StageSample[],
  { minChange, minDeltaMs, minSamples }: RegressionLimits,
): boolean {
  return pairStages(before, after).some((pair) => {
    if (smaller(pair) < minSamples) return pair.stage.family !== "gap";
    const [old, now] = [pair.before.median ?? 0, pair.after.median ?? 0];
    return now - old > Math.max(minDeltaMs, minChange * Math.abs(old));
  });
}

/** The stage that became slower by most, to explain a figure that did. */
interface Culprit {
  readonly name: string;
  readonly comparison: SampleComparison;
}

function judgeStage(pair: Pair, comparison: SampleComparison, culprit: Culprit | null): CheckItem {
  const { difference, margin, verdict, needMore } = comparison;
  const isSlower = difference > margin;
  const finding = describeComparison(comparison);
  if (isSlower && verdict === "slower") {
    const isFigure = pair.stage.family === "figure";
    const details = isFigure && culprit !== null ? [describeCulprit(culprit)] : [];
    return { ...itemOf(pair, "fail", finding, comparison), details };
  }
  if (!isSlower || verdict !== "cannot tell") return itemOf(pair, "pass", finding, comparison);
  const more = Number.isFinite(needMore) ? `; about ${needMore} more would tell` : "";
  return itemOf(pair, "inconclusive", `${finding}: this may be chance${more}`, comparison);
}

function findCulprit(judged: ReadonlyMap<Pair, SampleComparison | undefined>): Culprit | null {
  let culprit: Culprit | null = null;
  for (const [{ stage }, comparison] of judged) {
    if (stage.family === "figure" || comparison?.verdict !== "slower") continue;
    if (comparison.difference <= (culprit?.comparison.difference ?? comparison.margin)) continue;
    culprit = { name: stage.name, comparison };
  }
  return culprit;
}

function describeCulprit({ name, comparison: { medians } }: Culprit): string {
  const change = { ...medians, beforeN: 0, afterN: 0, p: null };
  return `Most of it is ${name}: ${describeChange(change, "ms")}`;
}

function describeComparison({ n, medians, interval, pValue }: SampleComparison): string {
  const change = describeChange(
    { ...medians, beforeN: n.before, afterN: n.after, p: pValue },
    "ms",
  );
  const ends = [interval.low, interval.high].map((end) => formatDifference(end, "ms"));
  return `median ${change}, 95% interval ${ends.join(" to ")}, ${formatChance(pValue)} (n ${n.before} and ${n.after})`;
}

function formatChance(pValue: number | null): string {
  if (pValue === null) return "untested";
  return pValue < 0.001 ? "p < 0.001" : `p ${pValue.toFixed(3)}`;
}

function whyMissed({ stage, before, after }: Pair, minSamples: number): string | null {
  const counts = `${formatCount(before.n, "sample")} before and ${after.n} now`;
  if (stage.family === "figure") return `${counts}, and ${minSamples} are wanted on each side`;
  const isGone = stage.family === "span" && after.n === 0 && before.n >= minSamples;
  return isGone ? `${counts}: it is not in this log` : null;
}

function itemOf(
  { stage, before, after }: Pair,
  verdict: CheckItem["verdict"],
  finding: string,
  comparison: SampleComparison | null,
): CheckItem {
  return {
    kind: "baseline",
    name: `${expressionName(stage.family, stage.name)} vs baseline`,
    subject: stage.name,
    verdict,
    finding,
    details: [],
    why: null,
    n: after.n,
    value: after.median,
    limit: comparison === null ? null : comparison.medians.before + comparison.margin,
    unit: "ms",
    spentBy: null,
    change: comparison && {
      beforeN: before.n,
      afterN: after.n,
      ...comparison.medians,
      p: comparison.pValue,
    },
  };
}

/** Every stage of either side that has samples, in the order of the log, then of the baseline. */
function pairStages(before: readonly StageSample[], after: readonly StageSample[]): Pair[] {
  const keyOf = ({ family, name }: StageSample) => `${family} ${name}`;
  const [old, now] = [before, after].map(
    (stages) => new Map(stages.map((stage) => [keyOf(stage), stage.sample])),
  );
  const all = new Map([...after, ...before].map((stage) => [keyOf(stage), stage]));
  return [...all].flatMap(([key, stage]) => {
    const pair = { stage, before: old?.get(key) ?? none, after: now?.get(key) ?? none };
    return pair.before.n + pair.after.n > 0 ? [pair] : [];
  });
}

function smaller({ before, after }: Pair): number {
  return Math.min(before.values.length, after.values.length);
}

import type {
  AdjustedComparison,
  Adjustment,
  ComparisonReport,
  SampleComparison,
  StageComparison,
} from "../report/comparison_report.ts";
import type { LogSamples, StageSamples } from "../report/sample_report.ts";
import type { Sample } from "../stats/sample.ts";
import { adjustForWorkload, chooseMeasures } from "./adjust_workload.ts";
import { type CompareOptions, compareFamily } from "./compare_samples.ts";

/** One stage, as far as each side has it. */
interface Stage {
  readonly name: string;
  readonly before: StageSamples | undefined;
  readonly after: StageSamples | undefined;
}

/** A stage that both sides have. */
interface SharedStage extends Stage {
  readonly before: StageSamples;
  readonly after: StageSamples;
}

/** The figure that every request has. */
const everyRequest = "total";

/**
 * Compares two sets of requests stage by stage: figures, spans and gaps are one family of tests. Samples
 * gathered with their workload are compared a second time with the workload held constant.
 */
export function compareLogs(
  before: LogSamples,
  after: LogSamples,
  options: CompareOptions = {},
): ComparisonReport {
  const tables = [
    stagesOf(before.figures, after.figures),
    stagesOf(before.spans, after.spans),
    stagesOf(before.gaps, after.gaps),
  ] as const;
  const stages = tables.flat();
  const shared = stages.filter(isShared);
  const compared = compareFamily(
    shared.map((stage) => ({ before: toSample(stage.before), after: toSample(stage.after) })),
    options,
  );
  const comparisons = new Map<Stage, SampleComparison>();
  for (const [index, stage] of shared.entries()) {
    const comparison = compared[index];
    if (comparison !== undefined) comparisons.set(stage, comparison);
  }
  const adjusted = compareAdjusted(shared, before.measures.length, options);
  const [figures, spans, gaps] = tables.map((table) =>
    table.map((stage) => describe(stage, comparisons.get(stage), adjusted.get(stage))),
  );
  return {
    requests: { before: before.requests, after: after.requests },
    figures: figures ?? [],
    spans: spans ?? [],
    gaps: gaps ?? [],
    adjustment: describeAdjustment(before, shared),
    sampledStages: shared.filter(({ before, after }) => isSampled(before) || isSampled(after))
      .length,
    folded: before.folded + after.folded,
  };
}

function compareAdjusted(
  stages: readonly SharedStage[],
  measures: number,
  options: CompareOptions,
): Map<Stage, AdjustedComparison> {
  const pairs = stages.flatMap((stage) => {
    const pair = adjustForWorkload(stage.before, stage.after, measures);
    return pair === null ? [] : [{ stage, ...pair }];
  });
  const compared = compareFamily(pairs, options);
  return new Map(
    pairs.flatMap(({ stage, unadjusted }, index) => {
      const comparison = compared[index];
      if (comparison === undefined) return [];
      const workload = unadjusted - comparison.difference;
      return [[stage, { ...comparison, unadjusted, workload }] as const];
    }),
  );
}

function describe(
  { name, before, after }: Stage,
  comparison: SampleComparison | undefined,
  adjusted: AdjustedComparison | undefined,
): StageComparison {
  return {
    name,
    n: { before: before?.n ?? 0, after: after?.n ?? 0 },
    medians: { before: before?.medianMs ?? null, after: after?.medianMs ?? null },
    comparison: comparison ?? null,
    adjusted: adjusted ?? null,
  };
}

/** What was held constant of whole requests; null where samples came without workload. */
function describeAdjustment(
  { measures }: LogSamples,
  stages: readonly SharedStage[],
): Adjustment | null {
  if (measures.length === 0) return null;
  const whole = stages.find(({ name }) => name === everyRequest);
  const held =
    whole === undefined ? [] : chooseMeasures(whole.before, whole.after, measures.length);
  return {
    held: measures.filter((_, index) => held.includes(index)),
    notHeld: measures.filter((_, index) => !held.includes(index)),
  };
}

/**
 * The stages of both sides, in their order; one that only the side after has stands behind the one that
 * precedes it there.
 */
function stagesOf(
  before: ReadonlyMap<string, StageSamples>,
  after: ReadonlyMap<string, StageSamples>,
): Stage[] {
  const names = [...before.keys()];
  let place = 0;
  for (const name of after.keys()) {
    const known = before.has(name) ? names.indexOf(name) : -1;
    if (known < 0) names.splice(place, 0, name);
    place = (known < 0 ? place : known) + 1;
  }
  return names.map((name) => ({ name, before: before.get(name), after: after.get(name) }));
}

function isShared(stage: Stage): stage is SharedStage {
  return stage.before !== undefined && stage.after !== undefined;
}

function isSampled({ n, valuesMs }: StageSamples): boolean {
  return n > valuesMs.length;
}

function toSample({ n, medianMs, valuesMs }: StageSamples): Sample {
  return { n, median: medianMs, values: valuesMs.slice().sort() };
}

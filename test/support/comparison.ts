import type {
  ComparisonReport,
  SampleComparison,
  Sides,
  StageComparison,
} from "../../lib/report/comparison_report.ts";

/** A comparison that is not remarkable in any way but the given ones. */
export function comparison(given: Partial<SampleComparison>): SampleComparison {
  return {
    n: { before: 48, after: 40 },
    medians: { before: 1000, after: 900 },
    difference: -100,
    interval: { low: -150, high: -50 },
    pValue: 0.001,
    margin: 50,
    verdict: "faster",
    needMore: null,
    ...given,
  };
}

/** A stage with that comparison, or with none on one of its sides. */
export function stageOf(
  name: string,
  compared: SampleComparison | null,
  n: Sides<number> = { before: 48, after: 40 },
): StageComparison {
  const medians = {
    before: n.before > 0 ? (compared?.medians.before ?? 1000) : null,
    after: n.after > 0 ? (compared?.medians.after ?? 1000) : null,
  };
  return { name, n, medians, comparison: compared, adjusted: null };
}

/** A report with nothing in it but what is given. */
export function reportOf(given: Partial<ComparisonReport>): ComparisonReport {
  return {
    requests: { before: 48, after: 40 },
    figures: [],
    spans: [],
    gaps: [],
    adjustment: null,
    sampledStages: 0,
    folded: 0,
    ...given,
  };
}

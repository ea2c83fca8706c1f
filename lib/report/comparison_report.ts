import type { WorkloadMeasure } from "./sample_report.ts";

/** What can be said of a change. Durations: less is `faster`. */
export type ChangeVerdict = "faster" | "slower" | "same" | "cannot tell";

/** Something that there is of each side. */
export interface Sides<Value> {
  readonly before: Value;
  readonly after: Value;
}

/** A stage that exists on both sides, compared. Milliseconds. */
export interface SampleComparison {
  readonly n: Sides<number>;
  readonly medians: Sides<number>;
  /** Median after minus median before. */
  readonly difference: number;
  /** 95 % bootstrap interval of the difference; always contains it. Means nothing below 6 samples. */
  readonly interval: { readonly low: number; readonly high: number };
  /** Of the rank test, corrected for the number of stages; null below 6 samples. */
  readonly pValue: number | null;
  /** Differences up to this are nothing. */
  readonly margin: number;
  readonly verdict: ChangeVerdict;
  /** Samples that each side lacks, about, where the verdict is `cannot tell`. */
  readonly needMore: number | null;
}

/** A stage compared with the workload held constant. */
export interface AdjustedComparison extends SampleComparison {
  /** Of the difference as it stands, the part that the workload makes, in milliseconds. */
  readonly workload: number;
  /** The difference as it stands, over the same requests. */
  readonly unadjusted: number;
}

/** One figure, span or gap of both sides. */
export interface StageComparison {
  readonly name: string;
  readonly n: Sides<number>;
  /** Milliseconds; null on a side where the stage does not occur. */
  readonly medians: Sides<number | null>;
  /** Null where one side lacks the stage. */
  readonly comparison: SampleComparison | null;
  /** Null where it was not asked for or cannot be had. */
  readonly adjusted: AdjustedComparison | null;
}

/** What was held constant. */
export interface Adjustment {
  readonly held: readonly WorkloadMeasure[];
  /** Not known of enough requests of both sides, or the same in all of them. */
  readonly notHeld: readonly WorkloadMeasure[];
}

/** Two sets of requests, stage by stage. */
export interface ComparisonReport {
  readonly requests: Sides<number>;
  readonly figures: readonly StageComparison[];
  /** In the order of a turn. */
  readonly spans: readonly StageComparison[];
  readonly gaps: readonly StageComparison[];
  readonly adjustment: Adjustment | null;
  /** Stages whose intervals come from a random part of their samples. */
  readonly sampledStages: number;
  /** Samples of stages for which there was no room. */
  readonly folded: number;
}

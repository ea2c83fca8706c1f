/** What a request was asked to do, measured by the metadata of one of its events. */
export interface WorkloadMeasure {
  /** In words: `prompt tokens`. */
  readonly name: string;
  readonly event: string;
  readonly key: string;
}

/** The samples of one stage, in the order of the log, and the workload of the request of each. */
export interface StageSamples {
  /** How many there were. */
  readonly n: number;
  /** Of all of them. */
  readonly medianMs: number;
  /** All of them, or beyond 10 000 a random part of that size. */
  readonly valuesMs: Float64Array;
  /**
   * As many numbers for each of them as there are measures, NaN where not known and infinite where told
   * only after the stage had ended; empty if not asked for.
   */
  readonly workload: Float64Array;
}

/** The samples of every stage of some requests, by name; stages without a sample are absent. */
export interface LogSamples {
  readonly requests: number;
  readonly figures: ReadonlyMap<string, StageSamples>;
  /** In the order of a turn. */
  readonly spans: ReadonlyMap<string, StageSamples>;
  readonly gaps: ReadonlyMap<string, StageSamples>;
  /** What the numbers of `workload` measure; empty if not asked for. */
  readonly measures: readonly WorkloadMeasure[];
  /** Samples of stages for which there was no room. */
  readonly folded: number;
}

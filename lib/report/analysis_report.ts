import type { Series } from "../stats/series.ts";

/** What is normal over many requests. Every series in milliseconds. */
export interface AnalysisSummary {
  readonly figures: {
    readonly total: Series;
    readonly playback: Series;
    readonly processing: Series;
    readonly voiceToVoice: Series;
  };
  /** By name, in the order of a turn. */
  readonly spans: ReadonlyMap<string, Series>;
  /** By `a → b`. */
  readonly gaps: ReadonlyMap<string, Series>;
  readonly steps: ReadonlyMap<string, Series>;
  readonly outcomes: Readonly<Record<string, number>>;
  /** Present if clocks were corrected: names of spans, gaps and steps with corrected samples. */
  readonly corrected?: ReadonlySet<string>;
}

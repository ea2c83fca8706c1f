import type { Distribution } from "../stats/distribution.ts";
import type { Series } from "../stats/series.ts";

/** The figures of a request that are summarized. */
export type FigureName = "total" | "playback" | "processing" | "voiceToVoice";

/** What is normal over many requests. Every series in milliseconds. */
export interface AnalysisSummary {
  readonly figures: Record<FigureName, Series>;
  /** How each figure is spread, milliseconds; null for one without samples. */
  readonly distributions: Record<FigureName, Distribution | null>;
  /** By name, in the order of a turn. */
  readonly spans: ReadonlyMap<string, Series>;
  /** By `a → b`. */
  readonly gaps: ReadonlyMap<string, Series>;
  readonly steps: ReadonlyMap<string, Series>;
  readonly outcomes: Readonly<Record<string, number>>;
  /** Present if clocks were corrected: names of spans, gaps and steps with corrected samples. */
  readonly corrected?: ReadonlySet<string>;
}

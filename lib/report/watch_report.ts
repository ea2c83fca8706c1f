import type { Series } from "../stats/series.ts";
import type { RequestReport } from "./request_report.ts";

/** What is known of a log that is being watched. Series in milliseconds. */
export interface WatchReport {
  readonly path: string;
  /** False while there is no log. */
  readonly isPresent: boolean;
  readonly events: number;
  readonly rotations: number;
  readonly truncations: number;
  readonly problems: { readonly total: number; readonly last: string | null };
  /** The request that is going on; null for none. */
  readonly current: RequestReport | null;
  /** The finished requests, the latest first. */
  readonly recent: readonly WatchedRequest[];
  /** Figures of the requests in `recent`. */
  readonly voiceToVoice: Series;
  readonly processing: Series;
  /** Requests that `recent` holds at most. */
  readonly window: number;
}

/** A finished request, and what stood out in it. */
export interface WatchedRequest {
  readonly report: RequestReport;
  readonly spike: Spike | null;
}

/** A wait far beyond the usual one, and the span that has most of it. */
export interface Spike {
  /** Voice-to-voice, and the median of the requests before, milliseconds. */
  readonly voiceToVoiceMs: number;
  readonly usualMs: number;
  /** The span that took most of its own usual time more; null if none did. */
  readonly span: { readonly name: string; readonly excessMs: number } | null;
}

/** Why a request was slower than usual, as far as the log tells. Durations in milliseconds. */
export interface OutlierReport {
  /** Requests that it is compared with, itself included. */
  readonly n: number;
  /** Median of their processing. */
  readonly medianMs: number;
  /** Processing beyond that; not positive for a request that was no slower than usual. */
  readonly excessMs: number;
  /** What holds most of the excess, largest share first. */
  readonly parts: readonly ExcessPart[];
  /** How many other requests were under way meanwhile, and those that were for longest. */
  readonly overlapping: number;
  readonly overlaps: readonly OverlapReport[];
  /** Values of its metadata that set slow requests apart; null below 20 requests. */
  readonly separators: readonly SeparatorReport[] | null;
}

/** A part of the processing: a span, or unaccounted time named by its two events. */
export interface ExcessPart {
  readonly name: string;
  readonly durationMs: number;
  /** Median over the requests compared with; a part that did not occur is 0. */
  readonly medianMs: number;
  /** Part of the excess, a fraction. Shares need not add up to 1, as medians do not. */
  readonly share: number;
}

/** Another request that was under way at the same time. */
export interface OverlapReport {
  readonly id: string;
  readonly startSeconds: number;
  /** How long both were. */
  readonly durationMs: number;
}

/** A value of metadata that slow requests have more often than the rest, or a number that differs. */
export interface SeparatorReport {
  readonly event: string;
  readonly key: string;
  /** The value of the request at hand. */
  readonly value: string | number | boolean;
  /** `share`: how many have that value, a fraction. `median`: the medians of a number. */
  readonly measure: "share" | "median";
  readonly slow: number;
  readonly rest: number;
  /** Requests that were looked at: the slow ones and the rest. */
  readonly slowRequests: number;
  readonly restRequests: number;
  /** Corrected for the number of values looked at. */
  readonly p: number;
}

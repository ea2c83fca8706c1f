import { percentileOf } from "./series.ts";

/** The samples of one series, or a fair part of them. */
export interface Sample {
  /** How many there were. */
  readonly n: number;
  /** Of all of them; null if there are none. */
  readonly median: number | null;
  /** All of them, or a random part of all; sorted. */
  readonly values: Float64Array;
}

/** A sample of the values given, which must be finite; they are copied. */
export function sampleOf(values: ArrayLike<number>): Sample {
  const sorted = Float64Array.from(values).sort();
  const at = (rank: number) => sorted[rank] ?? Number.NaN;
  const n = sorted.length;
  return { n, median: n === 0 ? null : percentileOf(n, 0.5, at), values: sorted };
}

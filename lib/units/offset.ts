import { formatMilliseconds } from "./duration.ts";

/** Between which bounds something lies, in milliseconds; null for no bound. */
export interface Bounds {
  readonly lowestMs: number | null;
  readonly highestMs: number | null;
}

/**
 * How one clock stands to another, for a person: `v34 is 24ms to 34ms behind stt`. `to` is the one
 * whose offset has these bounds against `from`.
 */
export function describeOffset(
  { from, to }: { readonly from: string; readonly to: string },
  { lowestMs, highestMs }: Bounds,
): string {
  if (highestMs !== null && highestMs < 0) {
    return `${to} is ${range(-highestMs, lowestMs === null ? null : -lowestMs)} behind ${from}`;
  }
  if (lowestMs !== null && lowestMs > 0) {
    return `${to} is ${range(lowestMs, highestMs)} ahead of ${from}`;
  }
  return `${to} may agree with ${from}`;
}

function range(least: number, most: number | null): string {
  if (most === null) return `at least ${formatMilliseconds(least)}`;
  return `${formatMilliseconds(least)} to ${formatMilliseconds(most)}`;
}

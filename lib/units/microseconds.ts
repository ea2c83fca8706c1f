/**
 * An instant in whole microseconds since 1970, as tracing tools count. A float64 of Unix seconds tells
 * microseconds apart until the year 2100 and beyond, so rounding loses none. Before 1970 it is 0, and
 * beyond what a whole number can say the largest of them.
 */
export function toMicroseconds(seconds: number): number {
  const microseconds = Math.round(seconds * 1e6);
  return Math.min(Math.max(microseconds, 0), Number.MAX_SAFE_INTEGER);
}

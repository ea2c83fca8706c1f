import { UsageError } from "../lib/error.ts";
import { quote } from "../lib/escape.ts";

/** Parses a whole number of at least 1; `example` shows how the option is meant to be written. */
export function requireCount(text: string, option: string, example: string): number {
  const count = /^\d+$/.test(text) ? Number(text) : 0;
  if (count >= 1 && Number.isSafeInteger(count)) return count;
  throw new UsageError(
    `Cannot use ${quote(text)} for ${option}: write a whole number from 1, as in ${example}`,
  );
}

/** Parses `P%` to a fraction. */
export function requirePercentage(text: string, option: string): number {
  const match = /^(\d+(?:\.\d+)?)%$/.exec(text);
  if (match !== null) return Number(match[1]) / 100;
  throw new UsageError(`Cannot use ${quote(text)} for ${option}: write a part such as 10%`);
}

/** More threads than that no machine of today makes use of. */
const mostThreads = 256;

/** Parses a number of threads; 0 leaves it to the program. */
export function requireThreads(text: string, option: string): number {
  const count = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (count <= mostThreads) return count;
  throw new UsageError(
    `Cannot use ${quote(text)} for ${option}: write a whole number from 0 to ${mostThreads}, ` +
      "0 for as many as the log is worth",
  );
}

/** How many problems a log may have: so many lines, or a part of all lines. */
export type Tolerance = { readonly lines: number } | { readonly fraction: number };

/** Parses `N` or `P%`. */
export function requireTolerance(text: string, option: string): Tolerance {
  const match = /^(\d+(?:\.\d+)?)(%?)$/.exec(text);
  const amount = Number(match?.[1]);
  if (match?.[2] === "%" && amount <= 100) return { fraction: amount / 100 };
  if (match?.[2] === "" && Number.isSafeInteger(amount)) return { lines: amount };
  throw new UsageError(`Cannot use ${quote(text)} for ${option}: write a count such as 10 or 5%`);
}

/** Whether so many problems among so many lines are more than is tolerated. */
export function exceeds(tolerance: Tolerance, problems: number, lines: number): boolean {
  return "lines" in tolerance
    ? problems > tolerance.lines
    : problems > tolerance.fraction * Math.max(lines, 1);
}

/** Checks a value against the few that are allowed. */
export function requireOneOf(text: string, option: string, allowed: readonly string[]): string {
  if (allowed.includes(text)) return text;
  throw new UsageError(
    `Cannot use ${quote(text)} for ${option}: it is one of ${allowed.join(", ")}`,
  );
}

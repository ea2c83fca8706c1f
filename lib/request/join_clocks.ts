import type { ClockPairReport, ClockStretchReport } from "../report/clock_report.ts";
import { byCodeUnit } from "../stats/series_table.ts";

/** Pairs of services that one reader tells apart. */
const maxPairs = 256;

/**
 * How far clocks are apart, of what parts of a log tell of that, in their order: what one reader of all
 * of them would say. Null if that cannot be told, as a clock was set in one of them, or between two.
 */
export function joinClocks(
  parts: readonly (readonly ClockPairReport[])[],
): ClockPairReport[] | null {
  const joined = new Map<string, ClockPairReport>();
  for (const pair of parts.flat()) {
    const key = JSON.stringify([pair.from, pair.to]);
    const before = joined.get(key);
    const both = before === undefined ? checked(pair) : joinPair(before, pair);
    if (both === null) return null;
    joined.set(key, both);
  }
  if (joined.size > maxPairs) return null;
  return [...joined.values()].sort((a, b) => byCodeUnit(a.from, b.from) || byCodeUnit(a.to, b.to));
}

/** What is known of a pair, if it has always been the same. */
function checked(pair: ClockPairReport): ClockPairReport | null {
  return pair.odd === 0 && pair.stretches.length === 1 ? pair : null;
}

function joinPair(before: ClockPairReport, next: ClockPairReport): ClockPairReport | null {
  const [first, second] = [before.stretches[0], next.stretches[0]];
  if (checked(next) === null || first === undefined || second === undefined) return null;
  const stretch = joinStretch(first, second);
  if (stretch === null) return null;
  return {
    ...before,
    exchanges: before.exchanges + next.exchanges,
    conflicts: before.conflicts + next.conflicts,
    stretches: [stretch],
  };
}

/** Null if there is no offset that both would have: then a clock was set between them. */
function joinStretch(
  first: ClockStretchReport,
  second: ClockStretchReport,
): ClockStretchReport | null {
  const lowestMs = greater(first.lowestMs, second.lowestMs);
  const highestMs = lesser(first.highestMs, second.highestMs);
  // Bounds that are equal here may have been rounded to that.
  if (lowestMs !== null && highestMs !== null && lowestMs >= highestMs) return null;
  return {
    fromSeconds: first.fromSeconds,
    untilSeconds: second.untilSeconds,
    exchanges: first.exchanges + second.exchanges,
    lowestMs,
    highestMs,
  };
}

function greater(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return a ?? b;
  return Math.max(a, b);
}

function lesser(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return a ?? b;
  return Math.min(a, b);
}

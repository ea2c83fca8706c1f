/** By how much a clock is ahead of those that are believed; a clock that must be wrong. */
export interface ClockShift {
  /** The middle of the two bounds, or as near to it as others allow; null where one is missing. */
  readonly offset: number | null;
  readonly low: number;
  readonly high: number;
}

/** More clocks than that are not tried in all combinations. */
const maxClocks = 10;
/** Sums of bounds are off by less. */
const rounding = 1e-9;

/**
 * The fewest clocks that must be wrong for some bounds to hold, and how wrong they are; null for those
 * that may be believed. `upper[a][b]` is the most by which clock b can be ahead of clock a, Infinity
 * where nothing is known. Where several choices are as good the later clocks are the wrong ones. If the
 * bounds contradict each other, or there are more than 10 clocks, all are believed.
 *
 * The bounds are difference constraints: they can hold if, and only if, the shortest paths between the
 * clocks form no negative circle (Cormen et al., "Introduction to Algorithms", chapter 24.4).
 */
export function findFewestShifts(
  upper: readonly (readonly number[])[],
): readonly (ClockShift | null)[] {
  const count = upper.length;
  const proven = count <= maxClocks ? tighten(upper) : null;
  if (proven !== null) {
    for (const wrong of subsets(count)) {
      const paths = tighten(
        upper.map((row, a) => row.map((bound, b) => known(bound, a, b, wrong))),
      );
      if (paths !== null) return shiftsIn(paths, proven, wrong);
    }
  }
  return upper.map(() => null);
}

/** Sets of clocks, small ones first, and of these first the ones with the last clocks; never all. */
function subsets(count: number): ReadonlySet<number>[] {
  const sets = Array.from({ length: 2 ** count }, (_, bits) =>
    Array.from({ length: count }, (_, clock) => clock).filter((clock) => (bits >> clock) & 1),
  );
  return sets
    .filter(({ length }) => length < count || count === 0)
    .map((clocks, bits) => ({ clocks, bits }))
    .sort((a, b) => a.clocks.length - b.clocks.length || b.bits - a.bits)
    .map(({ clocks }) => new Set(clocks));
}

/** A bound, given that all clocks that are not wrong show the same. */
function known(bound: number, a: number, b: number, wrong: ReadonlySet<number>): number {
  return wrong.has(a) || wrong.has(b) ? bound : Math.min(bound, 0);
}

/** The tightest bounds that follow (Floyd and Warshall); null if they contradict each other. */
function tighten(upper: readonly (readonly number[])[]): number[][] | null {
  const paths = upper.map((row, a) =>
    row.map((bound, b) => (a === b ? Math.min(0, bound) : bound)),
  );
  for (const [via, onwards] of paths.entries()) {
    for (const row of paths) {
      const there = row[via] ?? Number.POSITIVE_INFINITY;
      for (const [to, bound] of row.entries()) {
        row[to] = Math.min(bound, there + (onwards[to] ?? Number.POSITIVE_INFINITY));
      }
    }
  }
  return paths.some((row, clock) => (row[clock] ?? 0) < -rounding) ? null : paths;
}

/**
 * What is known of each wrong clock against the believed one that says most of it, and the middle of
 * that, or what of it is nearest to the middle and still lets all believed clocks show the same.
 */
function shiftsIn(
  paths: number[][],
  proven: number[][],
  wrong: ReadonlySet<number>,
): (ClockShift | null)[] {
  const believed = [...paths.keys()].filter((clock) => !wrong.has(clock));
  let left = paths;
  return paths.map((_, clock) => {
    if (!wrong.has(clock)) return null;
    const [{ low, high } = everything] = believed
      .map((other) => boundsOf(proven, clock, other))
      .sort((a, b) => widthOf(a) - widthOf(b));
    if (!Number.isFinite(high - low)) return { offset: null, low, high };
    const anchor = believed[0] ?? 0;
    const possible = boundsOf(left, clock, anchor);
    const offset = Math.min(possible.high, Math.max(possible.low, (low + high) / 2));
    const pinned = left.map((row) => [...row]);
    (pinned[anchor] as number[])[clock] = offset;
    (pinned[clock] as number[])[anchor] = -offset;
    left = tighten(pinned) ?? left;
    return { offset, low, high };
  });
}

interface Bounds {
  readonly low: number;
  readonly high: number;
}

const everything: Bounds = { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };

/** How far one clock can be ahead of another, least and most. */
function boundsOf(paths: readonly (readonly number[])[], clock: number, other: number): Bounds {
  const high = paths[other]?.[clock] ?? Number.POSITIVE_INFINITY;
  return { low: -(paths[clock]?.[other] ?? Number.POSITIVE_INFINITY), high };
}

/** Of two unbounded ones the one that has a bound at all says more. */
function widthOf({ low, high }: Bounds): number {
  const width = high - low;
  const isOpen = !Number.isFinite(low) && !Number.isFinite(high);
  return isOpen ? Number.POSITIVE_INFINITY : Math.min(width, Number.MAX_VALUE);
}

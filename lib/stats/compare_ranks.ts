import { upperTail } from "./normal_distribution.ts";

/** What the rank test says of two samples. */
export interface RankTest {
  /** The chance of ranks this uneven, or more so, between samples of the same source; two-sided. */
  readonly pValue: number;
  /** The chance that a value of `after` is above one of `before`, ties counting half. */
  readonly above: number;
}

/** Up to so many values together the test counts every way to deal out the ranks. */
const maxExact = 40;

/** The ranks of two samples put together, doubled so that those of ties are whole numbers. */
interface Ranks {
  /** Doubled rank of every value, in their order. */
  readonly doubled: Int32Array;
  /** Sum of the doubled ranks of `before`. */
  readonly sum: number;
  /** Σ t³ − t over groups of t equal values. */
  readonly ties: number;
}

/**
 * The rank-sum test of Wilcoxon, Mann and Whitney ("On a test of whether one of two random variables is
 * stochastically larger than the other", Annals of Mathematical Statistics, 1947) for two sorted samples,
 * neither of them empty. Exact, ties included, up to 40 values together; beyond by the normal
 * approximation with corrections for ties and continuity (Lehmann, "Nonparametrics", 1975), which errs on
 * the side of no difference far out.
 */
export function compareRanks(before: Float64Array, after: Float64Array): RankTest {
  const ranks = rankTogether(before, after);
  const [n, m] = [before.length, after.length];
  // Mann and Whitney's U of `before`: pairs in which its value is the higher one.
  const wins = (ranks.sum - n * (n + 1)) / 2;
  const above = 1 - wins / (n * m);
  const pValue = n + m <= maxExact ? exactP(ranks, n) : normalP(ranks, n, m, wins);
  return { pValue, above };
}

function rankTogether(before: Float64Array, after: Float64Array): Ranks {
  const count = before.length + after.length;
  const doubled = new Int32Array(count);
  let [left, right, sum, ties] = [0, 0, 0, 0];
  while (left + right < count) {
    const value = Math.min(
      before[left] ?? Number.POSITIVE_INFINITY,
      after[right] ?? Number.POSITIVE_INFINITY,
    );
    const start = left + right;
    const first = left;
    while (left < before.length && before[left] === value) left++;
    while (right < after.length && after[right] === value) right++;
    const end = left + right;
    // Ranks count from 1: the mean of start + 1 to end, doubled.
    doubled.fill(start + 1 + end, start, end);
    sum += (start + 1 + end) * (left - first);
    ties += (end - start) ** 3 - (end - start);
  }
  return { doubled, sum, ties };
}

/** Of all ways to choose `n` of the ranks, the part whose sum is as far out as this one. */
function exactP({ doubled, sum }: Ranks, n: number): number {
  const largest = doubled.length * (doubled.length + 1);
  const width = largest + 1;
  // ways[k · width + s]: choices of k ranks with the sum s, among the ranks met so far.
  const ways = new Float64Array((n + 1) * width);
  ways[0] = 1;
  for (const [met, rank] of doubled.entries()) {
    for (let size = Math.min(n, met + 1); size >= 1; size--) {
      const row = size * width;
      for (let total = largest; total >= rank; total--) {
        const added = ways[row - width + total - rank] ?? 0;
        if (added !== 0) ways[row + total] = (ways[row + total] ?? 0) + added;
      }
    }
  }
  let [all, atMost, atLeast] = [0, 0, 0];
  for (let total = 0; total <= largest; total++) {
    const count = ways[n * width + total] ?? 0;
    all += count;
    if (total <= sum) atMost += count;
    if (total >= sum) atLeast += count;
  }
  return Math.min(1, (2 * Math.min(atMost, atLeast)) / all);
}

function normalP({ ties }: Ranks, n: number, m: number, wins: number): number {
  const count = n + m;
  const variance = ((n * m) / 12) * (count + 1 - ties / (count * (count - 1)));
  if (variance <= 0) return 1;
  const distance = Math.max(0, Math.abs(wins - (n * m) / 2) - 0.5);
  return Math.min(1, 2 * upperTail(distance / Math.sqrt(variance)));
}

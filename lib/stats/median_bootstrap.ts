import type { Random } from "./random.ts";
import { percentileOf } from "./series.ts";

/** How far the difference of two medians may be from what was seen. */
export interface MedianDifference {
  /** Ends of the 95 % interval. */
  readonly low: number;
  readonly high: number;
  /** Standard deviation of the difference over the resamples. */
  readonly standardError: number;
}

/** How a bootstrap is done. */
export interface BootstrapOptions {
  readonly random: Random;
  /** Pairs of resamples. */
  readonly resamples: number;
  /** Standard deviation of a normal error that the difference has beside that of sampling; 0 for none. */
  readonly extraError?: number;
}

const tail = 0.025;

/**
 * The 95 % percentile bootstrap interval of the median of `after` minus that of `before` (Efron, "Bootstrap
 * methods: another look at the jackknife", Annals of Statistics, 1979). Both must be sorted and not
 * empty. Percentile and not BCa: the acceleration of BCa comes from a jackknife, which is inconsistent for
 * medians.
 *
 * Cost: a resample takes the same time for ten samples as for ten thousand.
 */
export function bootstrapMedians(
  before: Float64Array,
  after: Float64Array,
  { random, resamples, extraError = 0 }: BootstrapOptions,
): MedianDifference {
  const differences = new Float64Array(resamples);
  let mean = 0;
  let squares = 0;
  for (let index = 0; index < resamples; index++) {
    const noise = extraError === 0 ? 0 : extraError * random.normal();
    const difference = resampledMedian(after, random) - resampledMedian(before, random) + noise;
    differences[index] = difference;
    const fromMean = difference - mean;
    mean += fromMean / (index + 1);
    squares += fromMean * (difference - mean);
  }
  differences.sort();
  const at = (rank: number) => differences[rank] ?? Number.NaN;
  return {
    low: percentileOf(resamples, tail, at),
    high: percentileOf(resamples, 1 - tail, at),
    standardError: Math.sqrt(squares / Math.max(1, resamples - 1)),
  };
}

/**
 * The median of one resample of sorted samples, without making the resample. It is made of order statistics
 * of n uniform numbers, each of which picks a sample; those in the middle are sums of exponential
 * spacings over the sum of all (Devroye, "Non-uniform random variate generation", 1986, chapter V).
 */
function resampledMedian(sorted: Float64Array, random: Random): number {
  const n = sorted.length;
  const half = n >> 1;
  if (n % 2 === 1) {
    const below = random.gamma(half + 1);
    const above = random.gamma(half + 1);
    return sorted[Math.floor((n * below) / (below + above))] ?? Number.NaN;
  }
  const below = random.gamma(half);
  const between = random.exponential();
  const above = random.gamma(half);
  const scale = n / (below + between + above);
  const lower = sorted[Math.floor(below * scale)] ?? Number.NaN;
  // Rounding may carry a number next to 1 over the end.
  const upper = sorted[Math.min(n - 1, Math.floor((below + between) * scale))] ?? Number.NaN;
  return lower + (upper - lower) / 2;
}

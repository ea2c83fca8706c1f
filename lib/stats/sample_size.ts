import { normalQuantile } from "./normal_distribution.ts";

/** What a comparison has, and what it should be able to tell. */
export interface Precision {
  /** Samples of the smaller side. */
  readonly n: number;
  /** Standard error of the difference with the samples there are. */
  readonly standardError: number;
  /** The difference that should be told from none. */
  readonly target: number;
  /** The chance of a false alarm that is accepted, two-sided. */
  readonly level: number;
  /** The chance of finding a difference of that size. */
  readonly power: number;
}

/**
 * About how many samples each side needs for such a difference to be found: the textbook's
 * (z(level / 2) + z(1 − power))² · variance / target², with the variance of the samples there are. An
 * estimate, as that variance is one; infinite for no difference.
 */
export function requiredSamples({ n, standardError, target, level, power }: Precision): number {
  if (!(target > 0)) return Number.POSITIVE_INFINITY;
  const z = normalQuantile(level / 2) + normalQuantile(1 - power);
  return Math.ceil(n * ((z * standardError) / target) ** 2);
}

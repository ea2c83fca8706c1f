import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";

/** Numbers that a generator needs before neighbouring seeds have nothing in common. */
const warmUp = 20;

/**
 * Random numbers that are the same for the same seed, on every machine: the generator xoroshiro128+ of
 * Blackman and Vigna as `pure-rand` writes it, and the distributions that resampling needs.
 */
export class Random {
  readonly #generator: ReturnType<typeof xoroshiro128plus>;
  /** The second normal number of a pair, until it is asked for. */
  #spare: number | null = null;

  /** `seed` is a whole number. */
  constructor(seed: number) {
    this.#generator = xoroshiro128plus(seed);
    for (let index = 0; index < warmUp; index++) this.#generator.next();
  }

  /** Uniform in [0, 1). */
  uniform(): number {
    return uniformFloat64(this.#generator);
  }

  /** A whole number from 0 to `count` − 1, each as likely as the others. */
  below(count: number): number {
    return Math.floor(this.uniform() * count);
  }

  /** Exponential with mean 1. */
  exponential(): number {
    return -Math.log(1 - this.uniform());
  }

  /** Normal with mean 0 and deviation 1, by the polar method of Marsaglia (SIAM Review, 1964). */
  normal(): number {
    if (this.#spare !== null) {
      const spare = this.#spare;
      this.#spare = null;
      return spare;
    }
    for (;;) {
      const x = 2 * this.uniform() - 1;
      const y = 2 * this.uniform() - 1;
      const square = x * x + y * y;
      if (square >= 1 || square === 0) continue;
      const scale = Math.sqrt((-2 * Math.log(square)) / square);
      this.#spare = y * scale;
      return x * scale;
    }
  }

  /**
   * Gamma with scale 1 and a shape of at least 1: Marsaglia and Tsang, "A simple method for generating
   * gamma variables" (ACM Transactions on Mathematical Software, 2000).
   */
  gamma(shape: number): number {
    const d = shape - 1 / 3;
    const c = 1 / Math.sqrt(9 * d);
    for (;;) {
      const x = this.normal();
      const root = 1 + c * x;
      if (root <= 0) continue;
      const v = root * root * root;
      const square = x * x;
      const u = this.uniform();
      // The squeeze saves two logarithms nearly always.
      if (u < 1 - 0.0331 * square * square) return d * v;
      if (Math.log(u) < 0.5 * square + d * (1 - v + Math.log(v))) return d * v;
    }
  }
}

/** How samples are spread: counts in parts of equal width from `low` to `high`. */
export interface Distribution {
  readonly low: number;
  readonly high: number;
  readonly counts: readonly number[];
  /** Samples above `high`: a few that would squeeze all others into one part. */
  readonly beyond: number;
}

/** Parts that a distribution is cut into. */
const parts = 60;

/** Gathers a distribution from values or from counted values, in any order. */
export class DistributionBuilder {
  readonly #low: number;
  readonly #high: number;
  readonly #counts = new Array<number>(parts).fill(0);
  #beyond = 0;

  /** All values must be at least `low`. */
  constructor(low: number, high: number) {
    this.#low = low;
    this.#high = high;
  }

  /** Counts `count` samples of one value. */
  add(value: number, count: number): void {
    if (value > this.#high) {
      this.#beyond += count;
      return;
    }
    const width = this.#high - this.#low;
    const part = width > 0 ? Math.floor(((value - this.#low) / width) * parts) : 0;
    const index = Math.min(parts - 1, Math.max(0, part));
    this.#counts[index] = (this.#counts[index] ?? 0) + count;
  }

  /** Reads the distribution out, its bounds multiplied by `scale`. */
  read(scale: number): Distribution {
    return {
      low: this.#low * scale,
      high: this.#high * scale,
      counts: this.#counts,
      beyond: this.#beyond,
    };
  }
}

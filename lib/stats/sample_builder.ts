import { Random } from "./random.ts";
import { SeriesBuilder } from "./series.ts";

/** Samples kept of a series: what a comparison of two needs, and more than enough. */
export const maxKeptSamples = 10_000;
/** Every series draws by numbers of its own, so that one does not depend on another. */
const seed = 1;

/**
 * Keeps the samples of a series, each with some numbers that belong to it: all of them up to 10 000, then
 * a random part in which each is as likely as any other, the same in every run (algorithm R of Vitter,
 * "Random sampling with a reservoir", ACM Transactions on Mathematical Software, 1985).
 *
 * Memory: 16 bytes a sample, and 8 for each number beside it, up to 10 000 samples.
 */
export class SampleBuilder {
  readonly #series = new SeriesBuilder();
  readonly #width: number;
  #rows = new Float64Array(0);
  #random: Random | null = null;
  /** Where the sample stands that was kept last. */
  #latest = 0;

  /** `beside` is how many numbers belong to each sample. */
  constructor(beside: number) {
    this.#width = beside + 1;
  }

  /** Takes a sample, which must be finite; true if it is kept: `tell` then takes what belongs to it. */
  add(value: number): boolean {
    const place = this.#placeOf(this.#series.n);
    this.#series.add(value);
    if (place >= maxKeptSamples) return false;
    this.#latest = place * this.#width;
    this.#reserve(this.#latest + this.#width);
    this.#rows[this.#latest] = value;
    return true;
  }

  /** Takes the numbers that belong to the sample that was kept last. */
  tell(beside: readonly number[]): void {
    for (let index = 1; index < this.#width; index++) {
      this.#rows[this.#latest + index] = beside[index - 1] ?? Number.NaN;
    }
  }

  /** Reads out what was kept; the median is that of all samples. */
  read(): {
    readonly n: number;
    readonly median: number;
    readonly values: Float64Array;
    readonly beside: Float64Array;
  } {
    const { n, p50 } = this.#series.summarize();
    const kept = Math.min(n, maxKeptSamples);
    const others = this.#width - 1;
    const values = new Float64Array(kept);
    const beside = new Float64Array(kept * others);
    for (let row = 0; row < kept; row++) {
      const start = row * this.#width;
      values[row] = this.#rows[start] ?? Number.NaN;
      beside.set(this.#rows.subarray(start + 1, start + this.#width), row * others);
    }
    return { n, median: p50 ?? Number.NaN, values, beside };
  }

  /** Where the sample that comes after `met` others belongs; beyond the room there is, nowhere. */
  #placeOf(met: number): number {
    if (met < maxKeptSamples) return met;
    this.#random ??= new Random(seed);
    return this.#random.below(met + 1);
  }

  #reserve(length: number): void {
    if (length <= this.#rows.length) return;
    const most = maxKeptSamples * this.#width;
    const grown = new Float64Array(Math.min(most, Math.max(length * 4, 64)));
    grown.set(this.#rows);
    this.#rows = grown;
  }
}

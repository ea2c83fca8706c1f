import { distancesFrom } from "./distances.ts";
import { type Distribution, DistributionBuilder } from "./distribution.ts";
import { ExactSum } from "./exact_sum.ts";
import { Sketch, type SketchParts } from "./sketch.ts";
import { sortSamples } from "./sort_samples.ts";

/** What is known of a series of durations in seconds; null where there is too little to tell. */
export interface Series {
  readonly n: number;
  readonly mean: number | null;
  readonly min: number | null;
  readonly p50: number | null;
  readonly p90: number | null;
  /** Null below 20 samples. */
  readonly p95: number | null;
  /** Null below 100 samples. */
  readonly p99: number | null;
  readonly max: number | null;
  /** Part of the wait for first audio that this series makes up, a fraction; null where that has no meaning. */
  readonly share: number | null;
}

/** All that is known of a series, as plain numbers. */
export interface SeriesParts {
  readonly n: number;
  /** Numbers whose sum is the exact one. */
  readonly sum: readonly number[];
  readonly min: number;
  readonly max: number;
  /** All samples; null if there is a sketch instead. */
  readonly samples: Float64Array<ArrayBuffer> | null;
  readonly sketch: SketchParts | null;
}

/** Below so many samples a percentile this far out says nothing. */
const samplesForP95 = 20;
const samplesForP99 = 100;
/** Up to so many samples percentiles are exact. */
export const maxExactSamples = 10_000;

/** What lies so many times beyond p95 would squeeze all others together in a picture. */
const farOut = 2;

const none = new Float64Array(0);

/**
 * Gathers the samples of one series. Percentiles are exact up to 10 000 samples and within 0.5 % from
 * a sketch beyond; n, mean, min and max stay exact. The order of samples makes no difference.
 *
 * Memory: 8 bytes a sample up to 80 KB, then at most about 22 KB.
 */
export class SeriesBuilder {
  n = 0;
  readonly #sum = new ExactSum();
  #min = Number.POSITIVE_INFINITY;
  #max = Number.NEGATIVE_INFINITY;
  /** All samples, as long as there is no sketch. */
  #samples = none;
  /** So many of them are known to be in order, if there are no more. */
  #sorted = 0;
  #sketch: Sketch | null;

  /** With `exact` false the sketch is used from the first sample on. */
  constructor(exact = true) {
    this.#sketch = exact ? null : new Sketch();
  }

  /** Takes a sample in seconds; it must be finite. */
  add(seconds: number): void {
    if (this.#sketch !== null) this.#sketch.add(seconds);
    else this.#keep(seconds);
    this.n++;
    this.#sum.add(seconds);
    if (seconds < this.#min) this.#min = seconds;
    if (seconds > this.#max) this.#max = seconds;
  }

  /** Takes in another series, as if each of its samples were added. */
  merge({ n, sum, min, max, samples, sketch }: SeriesParts): void {
    if (sketch !== null) this.#toSketch().merge(sketch);
    else if (this.n + n > maxExactSamples) this.#toSketch();
    // Mostly there is nothing yet to merge with.
    if (samples !== null && this.n === 0 && this.#sketch === null) {
      this.#samples = samples;
      this.n = n;
      this.#sum.merge(sum);
      this.#min = min;
      this.#max = max;
      return;
    }
    const kept = samples ?? none;
    for (let index = 0; index < kept.length; index++) {
      const sample = kept[index] ?? 0;
      if (this.#sketch !== null) this.#sketch.add(sample);
      else this.#keepExact(sample, this.n + index);
    }
    this.n += n;
    this.#sum.merge(sum);
    this.#min = Math.min(this.#min, min);
    this.#max = Math.max(this.#max, max);
  }

  /** Whether percentiles are exact as yet. */
  get isExact(): boolean {
    return this.#sketch === null;
  }

  /** Reads the series out. */
  summarize(share: number | null = null): Series {
    const n = this.n;
    if (n === 0) return { ...emptySeries, share };
    const at = this.#reader();
    const percentile = (fraction: number) => percentileOf(n, fraction, at);
    return {
      n,
      mean: this.#sum.read() / n,
      min: this.#min,
      p50: percentile(0.5),
      p90: percentile(0.9),
      p95: n < samplesForP95 ? null : percentile(0.95),
      p99: n < samplesForP99 ? null : percentile(0.99),
      max: this.#max,
      share,
    };
  }

  /**
   * Median of the samples' distances from their median, in seconds: how much they vary, whatever the
   * outliers. Null for an empty series; from a sketch within 0.8 % of the median.
   */
  medianDeviation(): number | null {
    const n = this.n;
    if (n === 0) return null;
    const median = percentileOf(n, 0.5, this.#reader());
    const distance = (value: number) => Math.abs(this.#clamp(value) - median);
    const distances =
      this.#sketch?.rankedBy(distance) ?? distancesFrom(this.#ordered().subarray(0, n), median);
    return percentileOf(n, 0.5, distances);
  }

  /** How the samples are spread, as values multiplied by `scale`; null for none. */
  distribution(scale: number): Distribution | null {
    const n = this.n;
    if (n === 0) return null;
    const p95 = percentileOf(n, 0.95, this.#reader());
    const builder = new DistributionBuilder(this.#min, Math.min(this.#max, p95 * farOut));
    const sketch = this.#sketch;
    if (sketch === null) {
      for (let index = 0; index < n; index++) builder.add(this.#samples[index] ?? Number.NaN, 1);
    } else {
      sketch.forEach((value, count) => {
        builder.add(this.#clamp(value), count);
      });
    }
    return builder.read(scale);
  }

  /** Keeps a sample as it is, or, once there are too many, puts all into a sketch. */
  #keep(seconds: number): void {
    if (this.n >= maxExactSamples) this.#toSketch().add(seconds);
    else this.#keepExact(seconds, this.n);
  }

  #keepExact(seconds: number, at: number): void {
    if (at === this.#samples.length) {
      // Few steps: what is outgrown is garbage that stays in memory for a while.
      const larger = new Float64Array(Math.min(Math.max(at * 8, 32), maxExactSamples));
      larger.set(this.#samples);
      this.#samples = larger;
    }
    this.#samples[at] = seconds;
  }

  /** The sketch, into which all samples go that are kept as they are. */
  #toSketch(): Sketch {
    if (this.#sketch !== null) return this.#sketch;
    this.#sketch = new Sketch();
    for (let index = 0; index < this.n; index++) this.#sketch.add(this.#samples[index] ?? 0);
    this.#samples = none;
    return this.#sketch;
  }

  /** A function from rank to value. */
  #reader(): (rank: number) => number {
    const sketch = this.#sketch;
    if (sketch === null) {
      const ordered = this.#ordered();
      return (rank) => ordered[rank] ?? Number.NaN;
    }
    return (rank) => this.#clamp(sketch.valueAtRank(rank));
  }

  /** The first `n` are the samples in order. They are sorted where they lie: nobody asks how they came. */
  #ordered(): Float64Array {
    if (this.#sorted < this.n) sortSamples(this.#samples, this.n);
    this.#sorted = this.n;
    return this.#samples;
  }

  /** No sample lies outside of minimum and maximum, which are exact. */
  #clamp(value: number): number {
    return Math.min(this.#max, Math.max(this.#min, value));
  }
}

/** A series of seconds as one of milliseconds, the unit of reports. */
export function toMilliseconds(series: Series): Series {
  const scale = (seconds: number | null) => (seconds === null ? null : seconds * 1000);
  return {
    n: series.n,
    mean: scale(series.mean),
    min: scale(series.min),
    p50: scale(series.p50),
    p90: scale(series.p90),
    p95: scale(series.p95),
    p99: scale(series.p99),
    max: scale(series.max),
    share: series.share,
  };
}

/** A series nobody has added to. */
export const emptySeries: Series = {
  n: 0,
  mean: null,
  min: null,
  p50: null,
  p90: null,
  p95: null,
  p99: null,
  max: null,
  share: null,
};

/**
 * The percentile of `n` ordered samples by linear interpolation between neighbours: type 7 of
 * Hyndman and Fan, "Sample quantiles in statistical packages" (The American Statistician, 1996).
 */
export function percentileOf(
  n: number,
  fraction: number,
  valueAtRank: (rank: number) => number,
): number {
  const position = (n - 1) * fraction;
  const below = Math.floor(position);
  const low = valueAtRank(below);
  if (position === below) return low;
  return low + (valueAtRank(below + 1) - low) * (position - below);
}

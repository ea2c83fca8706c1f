/** All that a sketch has counted, as plain numbers. */
export interface SketchParts {
  readonly count: number;
  readonly zeros: number;
  readonly lowest: number;
  readonly buckets: Uint32Array<ArrayBuffer>;
}

/**
 * A bounded, mergeable picture of a distribution: counts in buckets that are narrow relative to their
 * values, so that every value is known to a fixed relative error, as in DDSketch (Masson, Rim, Lee:
 * "DDSketch: a fast and fully-mergeable quantile sketch", VLDB 2019). The buckets are those of
 * HdrHistogram, 128 equal parts of each power of two: their numbers are the leading bits of the float64
 * itself, which costs no logarithm. The middle of a bucket is within 0.4 % of all that is in it.
 *
 * Memory: 4 bytes a bucket over the range met; 1 µs to 10 days takes about 5 100 of them (20 KB).
 */
export class Sketch {
  count = 0;

  /** Counts of the bucket numbers from `#lowest` on. */
  #buckets = new Uint32Array(0);
  #lowest = 0;
  /** Values of zero and below: a duration of nothing. */
  #zeros = 0;

  /** Counts one finite value. */
  add(value: number): void {
    this.count++;
    if (value < smallest) {
      this.#zeros++;
      return;
    }
    const index = this.#slot(bucketOf(Math.min(value, largest)));
    this.#buckets[index] = (this.#buckets[index] ?? 0) + 1;
  }

  /** Adds all that another sketch has counted; the order of merging does not matter. */
  merge({ count, zeros, lowest, buckets }: SketchParts): void {
    const isEmpty = this.#buckets.length === 0;
    this.count += count;
    this.#zeros += zeros;
    if (isEmpty) {
      this.#lowest = lowest;
      this.#buckets = buckets.slice();
      return;
    }
    buckets.forEach((more, offset) => {
      if (more === 0) return;
      const index = this.#slot(lowest + offset);
      this.#buckets[index] = (this.#buckets[index] ?? 0) + more;
    });
  }

  /** All that has been counted, to be merged into another sketch. */
  parts(): SketchParts {
    const buckets = this.#buckets.slice();
    return { count: this.count, zeros: this.#zeros, lowest: this.#lowest, buckets };
  }

  /** Calls `take` with every value met, to within 0.4 % of itself, and how often, in rising order. */
  forEach(take: (value: number, count: number) => void): void {
    if (this.#zeros > 0) take(0, this.#zeros);
    this.#buckets.forEach((count, offset) => {
      if (count > 0) take(middleOf(this.#lowest + offset), count);
    });
  }

  /** The value of rank `rank` (0 for the smallest) to within 0.4 % of itself. */
  valueAtRank(rank: number): number {
    let below = this.#zeros;
    if (rank < below) return 0;
    for (let offset = 0; offset < this.#buckets.length; offset++) {
      below += this.#buckets[offset] ?? 0;
      if (rank < below) return middleOf(this.#lowest + offset);
    }
    return Number.NaN;
  }

  /** Orders all that was counted by a measure of its value; a function from rank to that measure. */
  rankedBy(measure: (value: number) => number): (rank: number) => number {
    const counts: [measured: number, count: number][] = [];
    this.forEach((value, count) => {
      counts.push([measure(value), count]);
    });
    counts.sort(([a], [b]) => a - b);
    return (rank) => {
      let below = 0;
      for (const [measured, count] of counts) {
        below += count;
        if (rank < below) return measured;
      }
      return Number.NaN;
    };
  }

  /** The place of a bucket in the array, which grows to hold it. */
  #slot(bucket: number): number {
    const size = this.#buckets.length;
    if (size > 0 && bucket >= this.#lowest && bucket < this.#lowest + size) {
      return bucket - this.#lowest;
    }
    const lowest = size === 0 ? bucket - margin : Math.min(this.#lowest, bucket - margin);
    const highest = size === 0 ? bucket + margin : Math.max(this.#lowest + size, bucket + margin);
    const grown = new Uint32Array(highest - lowest);
    grown.set(this.#buckets, size === 0 ? 0 : this.#lowest - lowest);
    this.#buckets = grown;
    this.#lowest = lowest;
    return bucket - lowest;
  }
}

/** Buckets beyond the one that is needed: four times the value, or a quarter. */
const margin = 256;

/** Seconds: below it a duration counts as none, above it as this one. */
const smallest = 1e-9;
const largest = 1e12;

/** Bits of the mantissa that tell a bucket: 128 buckets for each power of two. */
const mantissaBits = 7;
const shift = 20 - mantissaBits;

const double = new Float64Array(1);
const words = new Uint32Array(double.buffer);
/** Which of the two words holds sign, exponent and the leading bits of the mantissa. */
const high = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1 ? 1 : 0;

/** Sign, exponent and leading bits of the mantissa: they grow with a positive value. */
function bucketOf(value: number): number {
  double[0] = value;
  return (words[high] ?? 0) >>> shift;
}

/** The middle between the bounds of a bucket. */
function middleOf(bucket: number): number {
  words[1 - high] = 0;
  words[high] = bucket << shift;
  const lower = double[0] ?? 0;
  words[high] = (bucket + 1) << shift;
  return (lower + (double[0] ?? 0)) / 2;
}

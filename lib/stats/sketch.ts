/**
 * A bounded, mergeable picture of a distribution: counts in buckets whose bounds grow by a constant
 * factor, so that every value is known to a fixed relative error. The mathematics is that of
 * DDSketch (Masson, Rim, Lee: "DDSketch: a fast and fully-mergeable quantile sketch", VLDB 2019).
 *
 * Memory: 8 bytes a bucket over the range met; 1 µs to 10 days takes about 2 800 of them (22 KB).
 */
export class Sketch {
  count = 0;

  /** Counts of the bucket numbers from `#lowest` on. */
  #buckets = new Float64Array(0);
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
  merge(other: Sketch): void {
    this.count += other.count;
    this.#zeros += other.#zeros;
    other.#buckets.forEach((count, offset) => {
      if (count === 0) return;
      const index = this.#slot(other.#lowest + offset);
      this.#buckets[index] = (this.#buckets[index] ?? 0) + count;
    });
  }

  /** The value of rank `rank` (0 for the smallest) to within 0.5 % of itself. */
  valueAtRank(rank: number): number {
    let below = this.#zeros;
    if (rank < below) return 0;
    for (let offset = 0; offset < this.#buckets.length; offset++) {
      below += this.#buckets[offset] ?? 0;
      if (rank < below) return middleOf(this.#lowest + offset);
    }
    return Number.NaN;
  }

  /** The place of a bucket in the array, which grows to hold it. */
  #slot(bucket: number): number {
    const size = this.#buckets.length;
    if (size > 0 && bucket >= this.#lowest && bucket < this.#lowest + size) {
      return bucket - this.#lowest;
    }
    const lowest = size === 0 ? bucket - 32 : Math.min(this.#lowest, bucket - 64);
    const highest = size === 0 ? bucket + 32 : Math.max(this.#lowest + size, bucket + 64);
    const grown = new Float64Array(highest - lowest);
    grown.set(this.#buckets, size === 0 ? 0 : this.#lowest - lowest);
    this.#buckets = grown;
    this.#lowest = lowest;
    return bucket - lowest;
  }
}

/** The promised relative error of a value. */
const relativeError = 0.005;
const growth = (1 + relativeError) / (1 - relativeError);
const logGrowth = Math.log(growth);
/** Seconds: below it a duration counts as none, above it as this one. */
const smallest = 1e-9;
const largest = 1e12;

/** Bucket `i` holds the values above `growth^(i-1)` up to `growth^i`. */
function bucketOf(value: number): number {
  return Math.ceil(Math.log(value) / logGrowth);
}

/** The value whose relative distance to both bounds of a bucket is the same. */
function middleOf(bucket: number): number {
  return (2 * growth ** bucket) / (growth + 1);
}

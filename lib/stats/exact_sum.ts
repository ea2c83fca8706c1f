/**
 * A sum of float64 without rounding: what it reads out is the exact sum rounded once, so that it
 * depends neither on the order of what was added nor on how parts of it were merged. The error of each
 * addition is found by Knuth's two-sum; where there is one it is kept as in Shewchuk, "Adaptive
 * Precision Floating-Point Arithmetic" (Discrete & Computational Geometry, 1997), as Python's
 * `math.fsum` does. Differences of today's instants are multiples of 2^-22 s: they leave no error, and
 * nothing is kept.
 *
 * Memory: one number, and some dozens where errors occur.
 */
export class ExactSum {
  #sum = 0;
  /** What roundings have left out, none overlapping another, growing. */
  #rests: number[] | null = null;

  /** Adds a finite number. A sum beyond the largest float64 is infinite from then on. */
  add(value: number): void {
    const before = this.#sum;
    const sum = before + value;
    this.#sum = sum;
    const added = sum - before;
    const error = before - (sum - added) + (value - added);
    if (error !== 0) this.#keep(error);
  }

  /** Adds all that another sum holds. */
  merge(other: readonly number[]): void {
    for (const value of other) this.add(value);
  }

  /** Numbers whose exact sum is this one, to be merged into another. */
  parts(): number[] {
    return [this.#sum, ...(this.#rests ?? [])];
  }

  /** The exact sum, rounded to the nearest float64, ties to even. */
  read(): number {
    if (this.#rests === null || !Number.isFinite(this.#sum)) return this.#sum;
    return roundOnce(grow([...this.#rests], this.#sum));
  }

  #keep(error: number): void {
    // Beyond the range of float64 there is no error to speak of.
    if (Number.isFinite(error)) this.#rests = grow(this.#rests ?? [], error);
  }
}

/** Adds a number to numbers that do not overlap and grow; returns them so again. */
function grow(parts: number[], value: number): number[] {
  let sum = value;
  let kept = 0;
  for (const part of parts) {
    const [large, small] = Math.abs(sum) < Math.abs(part) ? [part, sum] : [sum, part];
    sum = large + small;
    const rest = small - (sum - large);
    if (rest !== 0) parts[kept++] = rest;
  }
  parts.length = kept;
  parts.push(sum);
  return parts;
}

/** The sum of numbers that do not overlap and grow. */
function roundOnce(parts: readonly number[]): number {
  let at = parts.length - 1;
  let sum = parts[at] ?? 0;
  while (at > 0) {
    const large = sum;
    const small = parts[--at] ?? 0;
    sum = large + small;
    const rest = small - (sum - large);
    if (rest === 0) continue;
    // Half way between two float64 the next part decides, not the even one.
    const next = parts[at - 1] ?? 0;
    const twice = rest * 2;
    const isTie = rest > 0 ? next > 0 : next < 0;
    if (isTie && sum + twice - sum === twice) return sum + twice;
    return sum;
  }
  return sum;
}

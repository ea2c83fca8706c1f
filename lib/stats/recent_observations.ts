/** A row of observations that one value would explain: any that lies between the bounds. */
export interface IntervalStretch {
  /** Where it was first and last observed. */
  readonly from: number;
  readonly until: number;
  readonly n: number;
  /** −Infinity and Infinity where nothing bounds the value. */
  readonly low: number;
  readonly high: number;
}

/** Observations that are kept, at most, to find out when a value changed. */
export const maxRecent = 256;
/** Numbers of an observation: when, its bounds, its place, and the bounds that are left. */
const rowNumbers = 6;

/** The last observations of a stretch, each with what all up to it leave of the value. */
export class RecentObservations {
  #rows = new Float64Array(0);
  #count = 0;

  /** Forgets all of them. */
  clear(): void {
    this.#count = 0;
  }

  /** Adds the `n`th observation and what it leaves of the value; if there is no room, half are forgotten. */
  add(at: number, low: number, high: number, n: number, leftLow: number, leftHigh: number): void {
    if (this.#rows.length === 0) this.#rows = new Float64Array(maxRecent * rowNumbers);
    if (this.#count === maxRecent) {
      this.#count = maxRecent / 2;
      this.#rows.copyWithin(0, this.#count * rowNumbers);
    }
    const row = this.#count++ * rowNumbers;
    this.#rows[row] = at;
    this.#rows[row + 1] = low;
    this.#rows[row + 2] = high;
    this.#rows[row + 3] = n;
    this.#rows[row + 4] = leftLow;
    this.#rows[row + 5] = leftHigh;
  }

  /** Passes over observations that would all have been forgotten by the time when `maxRecent` more come. */
  pass(count: number): void {
    const beyond = this.#count + count - maxRecent;
    this.#count =
      beyond <= 0 ? this.#count + count : maxRecent / 2 + 1 + ((beyond - 1) % (maxRecent / 2));
  }

  /** When an observation was made. */
  at(index: number): number {
    return this.#number(index, 0);
  }

  /** Lower bound of an observation. */
  low(index: number): number {
    return this.#number(index, 1);
  }

  /** Upper bound of an observation. */
  high(index: number): number {
    return this.#number(index, 2);
  }

  /** The stretch that began at `from`, up to an observation. */
  narrowed(index: number, from: number): IntervalStretch {
    const [until, n] = [this.#number(index, 0), this.#number(index, 3)];
    return { from, until, n, low: this.#number(index, 4), high: this.#number(index, 5) };
  }

  /** The last of which something is true, by its number; -1 if there is none. */
  findLast(isIt: (index: number) => boolean): number {
    let index = this.#count - 1;
    while (index >= 0 && !isIt(index)) index--;
    return index;
  }

  #number(index: number, field: number): number {
    return this.#rows[index * rowNumbers + field] ?? Number.NaN;
  }
}

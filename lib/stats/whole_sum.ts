/** Up to here a float64 is a whole number exactly, and still with one more of this size added. */
const largest = 2 ** 52;

/**
 * A sum of whole numbers between 0 and 2^52 that loses nothing, so that the order of adding and merging
 * does not matter. Costs a float64 addition; big numbers come in only when that would lose a digit.
 */
export class WholeSum {
  #low = 0;
  #high = 0n;

  /** Adds a whole number between 0 and 2^52. */
  add(value: number): void {
    this.#low += value;
    if (this.#low < largest) return;
    this.#high += BigInt(this.#low);
    this.#low = 0;
  }

  /** Adds a whole number of any size. */
  addLarge(value: bigint): void {
    this.#high += value;
  }

  /** Adds what another sum holds. */
  merge(other: WholeSum): void {
    this.#high += other.read();
  }

  /** The sum. */
  read(): bigint {
    return this.#high + BigInt(this.#low);
  }
}

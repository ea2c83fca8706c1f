/**
 * Collects garbage once in so many steps. Left to itself the collector lets as much garbage stand as
 * there is to keep, and turns are many: 145 MB instead of 105 MB for 100 000 of them, 640 MB instead of
 * 243 MB for the text of a million sessions of one. Without waiting for it: a collection at once also
 * throws away what the runtime has compiled, which took a third of the time that `sessions` did.
 */
export class PacedCollection {
  readonly #stepsBetween: number;
  #steps = 0;

  constructor(stepsBetween: number) {
    this.#stepsBetween = stepsBetween;
  }

  /** Takes a step, or several at once. */
  step(steps = 1): void {
    this.#steps += steps;
    if (this.#steps < this.#stepsBetween) return;
    this.#steps = 0;
    Bun.gc(false);
  }
}

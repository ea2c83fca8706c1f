/**
 * Collects garbage once in so many steps. Left to itself the collector lets as much garbage stand as
 * there is to keep, and turns are many: 145 MB instead of 105 MB for 100 000 of them, 640 MB instead of
 * 243 MB for the text of a million sessions of one.
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
    Bun.gc(true);
  }
}

/** How far the anchored time may run ahead of the wall clock before the wall clock is believed. */
const toleranceMs = 5;

/**
 * Wall time to the microsecond. A monotonic clock counts the time since an anchor, because the wall
 * clock is read in whole milliseconds only; the anchor follows the wall clock when that is stepped, or
 * else every later timestamp would be wrong by the step.
 *
 * Costs two clock readings a call, four where the clocks disagree.
 */
export class AnchoredClock {
  readonly #readWallMs: () => number;
  readonly #readMonotonicMs: () => number;
  #anchorMs: number;

  /** `anchorMs` is the wall time, in milliseconds, at which the monotonic clock stood at 0. */
  constructor(readWallMs: () => number, readMonotonicMs: () => number, anchorMs: number) {
    this.#readWallMs = readWallMs;
    this.#readMonotonicMs = readMonotonicMs;
    this.#anchorMs = anchorMs;
  }

  /** Unix seconds. */
  nowSeconds(): number {
    let aheadMs = this.#readAheadMs();
    // Ahead may also mean that this thread was held up between the two readings: look twice.
    if (aheadMs > toleranceMs) aheadMs = this.#readAheadMs();
    // The wall clock is cut to the millisecond and is read first, so a time before it is surely early.
    if (aheadMs > toleranceMs || aheadMs < 0) this.#anchorMs -= aheadMs;
    return (this.#anchorMs + this.#lastMonotonicMs) / 1000;
  }

  #lastMonotonicMs = 0;

  #readAheadMs(): number {
    const wallMs = this.#readWallMs();
    this.#lastMonotonicMs = this.#readMonotonicMs();
    return this.#anchorMs + this.#lastMonotonicMs - wallMs;
  }
}

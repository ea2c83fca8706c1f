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

/** An observation, and what all of its stretch up to it leave of the value. */
interface Observation {
  readonly at: number;
  readonly low: number;
  readonly high: number;
  readonly narrowed: IntervalStretch;
}

/** Observations that are kept to find out when a value changed. */
const maxRecent = 256;
/** Stretches that are kept; before them the oldest are forgotten. */
const maxStretches = 256;

/**
 * Finds a value that jumps now and then, from intervals that it must lie in at the time: the fewest
 * stretches such that the intervals of each have a point in common. What could belong to the stretch
 * before a jump as well as to the one behind it counts for neither; one observation that contradicts
 * both its neighbours is set aside.
 *
 * Memory: at most 256 stretches and 256 observations.
 */
export class IntervalStretches {
  /** Observations that contradicted those before and behind them. */
  odd = 0;
  /** Stretches that there was no room for. */
  forgotten = 0;

  readonly #done: IntervalStretch[] = [];
  #current: IntervalStretch | null = null;
  #recent: Observation[] = [];

  /**
   * Takes an observation: at `at` the value lies between `low` and `high`. Returns the last place at
   * which it was certainly what it had been, if it has jumped since, and null otherwise.
   */
  add(at: number, low: number, high: number): number | null {
    const current = this.#current;
    const narrowed = current === null ? null : intersect(current, { at, low, high });
    if (narrowed === null) return this.#begin({ from: at, until: at, n: 1, low, high });
    this.#go(narrowed, low, high);
    return null;
  }

  /** True if the value has a bound on one side at most: no jump can show in such a stretch. */
  get isOpen(): boolean {
    const { low, high } = this.#current ?? { low: 0, high: 0 };
    return low === Number.NEGATIVE_INFINITY || high === Number.POSITIVE_INFINITY;
  }

  /** Ends the stretch at hand: something else tells that the value may have jumped after `at`. */
  cutAfter(at: number): void {
    const last = this.#recent.findLast((one) => one.at <= at);
    if (last !== undefined) this.#keep(last.narrowed);
    this.#current = null;
    this.#recent = [];
  }

  /** The stretches, oldest first. */
  read(): IntervalStretch[] {
    return this.#current === null ? this.#done : [...this.#done, this.#current];
  }

  #go(narrowed: IntervalStretch, low: number, high: number): void {
    this.#current = narrowed;
    if (this.#recent.length >= maxRecent) this.#recent.splice(0, maxRecent / 2);
    this.#recent.push({ at: narrowed.until, low, high, narrowed });
  }

  /** Begins a stretch with an observation that contradicts the one at hand. */
  #begin(first: IntervalStretch): number | null {
    const [current, before] = [this.#current, this.#done.at(-1)];
    const { from: at, low, high } = first;
    const continued = before === undefined ? null : intersect(before, { at, low, high });
    if (current?.n === 1 && continued !== null) {
      this.odd++;
      this.#done.pop();
      this.#recent = [];
      this.#go(continued, low, high);
      return null;
    }
    const sure = current && (this.#beforeJump(first) ?? current);
    if (sure !== null) this.#keep(sure);
    this.#recent = [];
    this.#go(first, low, high);
    return sure?.until ?? null;
  }

  #keep(stretch: IntervalStretch): void {
    this.#done.push(stretch);
    if (this.#done.length <= maxStretches) return;
    this.#done.shift();
    this.forgotten++;
  }

  /**
   * The stretch at hand, as far as it is certain: without what, taken together, could also be later
   * than the jump. Null if that is more than is remembered.
   */
  #beforeJump(first: IntervalStretch): IntervalStretch | null {
    let { low, high } = first;
    const last = this.#recent.findLast((one) => {
      low = Math.max(low, one.low);
      high = Math.min(high, one.high);
      return low > high;
    });
    return last?.narrowed ?? null;
  }
}

function intersect(
  stretch: IntervalStretch,
  { at, low, high }: { readonly at: number; readonly low: number; readonly high: number },
): IntervalStretch | null {
  const narrowed = { low: Math.max(stretch.low, low), high: Math.min(stretch.high, high) };
  if (narrowed.low > narrowed.high) return null;
  return { from: stretch.from, until: at, n: stretch.n + 1, ...narrowed };
}

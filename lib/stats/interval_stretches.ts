import { type IntervalStretch, RecentObservations } from "./recent_observations.ts";

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
  readonly #recent = new RecentObservations();
  // The stretch at hand, in plain numbers: there are many observations, and few stretches.
  #n = 0;
  #from = 0;
  #until = 0;
  #low = 0;
  #high = 0;

  /**
   * Takes an observation: at `at` the value lies between `low` and `high`. Returns the last place at
   * which it was certainly what it had been, if it has jumped since, and null otherwise.
   */
  add(at: number, low: number, high: number): number | null {
    const isContradicted = Math.max(this.#low, low) > Math.min(this.#high, high);
    if (this.#n === 0 || isContradicted) return this.#begin(at, low, high);
    this.#narrow(at, low, high);
    return null;
  }

  /** What is left of the value of the stretch at hand; null if there is none. */
  get bounds(): { readonly low: number; readonly high: number } | null {
    return this.#n === 0 ? null : { low: this.#low, high: this.#high };
  }

  /**
   * Takes observations that leave the bounds of the stretch at hand as they are: so many, of which `rows`
   * are the last, at least as many as are kept; three numbers each, those that `add` takes.
   */
  addWithin(count: number, rows: Float64Array): void {
    const told = rows.length / 3;
    this.#n += count - told;
    this.#recent.pass(count - told);
    for (let row = 0; row < rows.length; row += 3) {
      this.#narrow(rows[row] ?? 0, rows[row + 1] ?? 0, rows[row + 2] ?? 0);
    }
  }

  /** True if the value has a bound on one side at most: no jump can show in such a stretch. */
  get isOpen(): boolean {
    if (this.#n === 0) return false;
    return this.#low === Number.NEGATIVE_INFINITY || this.#high === Number.POSITIVE_INFINITY;
  }

  /** Ends the stretch at hand: something else tells that the value may have jumped after `at`. */
  cutAfter(at: number): void {
    const last = this.#recent.findLast((one) => this.#recent.at(one) <= at);
    if (last >= 0) this.#keep(this.#recent.narrowed(last, this.#from));
    this.#n = 0;
    this.#recent.clear();
  }

  /** The stretches, oldest first. */
  read(): IntervalStretch[] {
    return this.#n === 0 ? this.#done : [...this.#done, this.#current()];
  }

  #current(): IntervalStretch {
    return {
      from: this.#from,
      until: this.#until,
      n: this.#n,
      low: this.#low,
      high: this.#high,
    };
  }

  /** Counts an observation to the stretch at hand. */
  #narrow(at: number, low: number, high: number): void {
    this.#n++;
    this.#until = at;
    this.#low = Math.max(this.#low, low);
    this.#high = Math.min(this.#high, high);
    this.#recent.add(at, low, high, this.#n, this.#low, this.#high);
  }

  /** Goes on with a stretch, and an observation that belongs to it. */
  #goOnWith(stretch: IntervalStretch, at: number, low: number, high: number): void {
    this.#recent.clear();
    this.#n = stretch.n;
    this.#from = stretch.from;
    this.#low = stretch.low;
    this.#high = stretch.high;
    this.#narrow(at, low, high);
  }

  /** Begins a stretch with an observation that contradicts the one at hand. */
  #begin(at: number, low: number, high: number): number | null {
    const before = this.#done.at(-1);
    if (this.#n === 1 && before !== undefined && isPossible(before, low, high)) {
      this.odd++;
      this.#done.pop();
      this.#goOnWith(before, at, low, high);
      return null;
    }
    const sure = this.#n === 0 ? null : (this.#beforeJump(low, high) ?? this.#current());
    if (sure !== null) this.#keep(sure);
    this.#goOnWith({ from: at, until: at, n: 0, low, high }, at, low, high);
    return sure?.until ?? null;
  }

  #keep(stretch: IntervalStretch): void {
    this.#done.push(stretch);
    if (this.#done.length <= maxStretches) return;
    this.#done.shift();
    this.forgotten++;
  }

  /**
   * The stretch at hand, as far as it is certain: without what, taken together with what came after the
   * jump, could also be later. Null if that is more than is remembered.
   */
  #beforeJump(firstLow: number, firstHigh: number): IntervalStretch | null {
    let [low, high] = [firstLow, firstHigh];
    const last = this.#recent.findLast((one) => {
      low = Math.max(low, this.#recent.low(one));
      high = Math.min(high, this.#recent.high(one));
      return low > high;
    });
    return last < 0 ? null : this.#recent.narrowed(last, this.#from);
  }
}

function isPossible(stretch: IntervalStretch, low: number, high: number): boolean {
  return !(Math.max(stretch.low, low) > Math.min(stretch.high, high));
}

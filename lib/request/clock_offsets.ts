import type { ClockPairReport } from "../report/clock_report.ts";
import type { ClockReport } from "../report/doctor_report.ts";
import { IntervalStretches } from "../stats/interval_stretches.ts";
import { byCodeUnit } from "../stats/series_table.ts";
import type { CausalLink, Exchange } from "./causal_links.ts";
import { EarlyArrivals } from "./early_arrivals.ts";

/** Pairs of services that are told apart; what further ones exchange is not looked at. */
const maxPairs = 256;
/** Writers round each instant to the microsecond. */
export const roundingSeconds = 1e-6;
/** So many answers before the work is done, and this part of all, and it is how that service answers. */
const earlyAnswers = { count: 3, share: 0.01 };

/**
 * Gathers how far the clocks of services are apart. What was received was sent before, so a hop bounds
 * the offset from above by the time that it seems to take, and an answer from below: Cristian's
 * "Probabilistic clock synchronization" (Distributed Computing, 1989). Bounds of many requests are
 * intersected; where they have no offset in common a clock was set in between, which Paxson's "On
 * calibrating measurements of packet transit times" (SIGMETRICS 1998) finds by comparing both ways.
 *
 * Memory: at most 256 pairs of services, each with up to 200 KB.
 */
export class ClockOffsets {
  /** False once a clock was set, or a service has answered before its work was done. */
  isSteady = true;
  readonly #pairs = new Map<string, PairOffsets>();

  /** Takes what a request tells, given the instants of its events in Unix seconds. */
  add(exchanges: readonly Exchange[], instants: ArrayLike<number>): void {
    for (const exchange of exchanges) this.addOne(exchange, instants);
  }

  /** Takes what one exchange tells; true if a clock was set before it. */
  addOne(exchange: Exchange, instants: ArrayLike<number>): boolean {
    const pair = this.pairOf(exchange);
    const jumpedAfter = pair?.add(exchange, instants) ?? null;
    if (jumpedAfter !== null || pair?.hasAnsweredEarly) this.isSteady = false;
    if (pair === null || jumpedAfter === null) return false;
    this.#cutNeighbours(pair, jumpedAfter);
    return true;
  }

  /** The pair of an exchange; null if there are too many. */
  pairOf({ from, to }: Pick<Exchange, "from" | "to">): PairOffsets | null {
    const key = `${from.length} ${from}${to}`;
    const known = this.#pairs.get(key);
    if (known !== undefined) return known;
    if (this.#pairs.size >= maxPairs) return null;
    const pair = new PairOffsets(from, to);
    this.#pairs.set(key, pair);
    return pair;
  }

  /** A clock was set: what bounds it on one side only cannot tell, and must begin anew. */
  #cutNeighbours({ from, to }: PairOffsets, at: number): void {
    for (const pair of this.#pairs.values()) {
      const isNeighbour = [pair.from, pair.to].some(
        (service) => service === from || service === to,
      );
      if (isNeighbour) pair.cutIfOpen(at);
    }
  }

  /** Reads out the offsets, pair by pair. */
  read(): ClockPairReport[] {
    return this.#inOrder().map((pair) => pair.read());
  }

  /** Reads out how often an effect came before its cause, by the way that it took. */
  readConflicts(): ClockReport[] {
    return this.#inOrder()
      .flatMap((pair) => pair.readConflicts())
      .sort((a, b) => byCodeUnit(a.name, b.name));
  }

  #inOrder(): PairOffsets[] {
    return [...this.#pairs.values()].sort(
      (a, b) => byCodeUnit(a.from, b.from) || byCodeUnit(a.to, b.to),
    );
  }
}

/** How far the clocks of two services are apart. */
export class PairOffsets {
  readonly from: string;
  readonly to: string;
  #exchanges = 0;
  #conflicts = 0;
  #early = 0;
  #answersEarly = false;
  readonly #there: EarlyArrivals;
  #back: EarlyArrivals;
  #stretches = new IntervalStretches();

  constructor(from: string, to: string) {
    this.from = from;
    this.to = to;
    this.#there = new EarlyArrivals(from, to);
    this.#back = new EarlyArrivals(to, from);
  }

  /** Returns the last instant before a jump of the offset, null if it has not jumped. */
  add({ hop, answer }: Exchange, instants: ArrayLike<number>): number | null {
    this.#exchanges++;
    const there = secondsBetween(hop.cause, hop.effect, instants);
    this.#there.add(there);
    const back = answer === null ? Number.POSITIVE_INFINITY : this.#backOf(hop, answer, instants);
    // Both ways together take time whatever the clocks show, unless one was set meanwhile.
    if (there + back < -2 * roundingSeconds) {
      this.#takeEarlyAnswer();
      return null;
    }
    if (answer !== null) this.#back.add(back);
    if (there < 0 || back < 0) this.#conflicts++;
    const at = instants[hop.cause] ?? Number.NaN;
    return this.#stretches.add(at, -back - roundingSeconds, there + roundingSeconds);
  }

  /**
   * Within what an exchange that takes time both ways tells nothing new, as its own bounds lie around
   * these; null if each has to be looked at.
   */
  get bounds(): { readonly low: number; readonly high: number } | null {
    return this.#answersEarly ? null : this.#stretches.bounds;
  }

  /**
   * Takes exchanges that tell nothing new, some of them answered; `rows` are the last of them, three
   * numbers each: when, and their bounds.
   */
  addWithin(count: number, answered: number, rows: Float64Array): void {
    this.#exchanges += count;
    this.#there.pass(count);
    this.#back.pass(answered);
    this.#stretches.addWithin(count, rows);
  }

  /** Whether an answer came before the work can have been done. */
  get hasAnsweredEarly(): boolean {
    return this.#early > 0;
  }

  /** How long an answer was on its way: it follows at least the arrival, if nothing more is sure. */
  #backOf(hop: CausalLink, answer: CausalLink, instants: ArrayLike<number>): number {
    const cause = this.#answersEarly ? hop.effect : answer.cause;
    return secondsBetween(cause, answer.effect, instants);
  }

  cutIfOpen(at: number): void {
    if (this.#stretches.isOpen) this.#stretches.cutAfter(at);
  }

  /** A service that answers first and works then must not be taken for one whose clock is wrong. */
  #takeEarlyAnswer(): void {
    this.#early++;
    const isHabit =
      this.#early >= earlyAnswers.count && this.#early >= earlyAnswers.share * this.#exchanges;
    if (this.#answersEarly || !isHabit) return;
    this.#answersEarly = true;
    this.#conflicts = 0;
    this.#back = new EarlyArrivals(this.to, this.from);
    this.#stretches = new IntervalStretches();
  }

  read(): ClockPairReport {
    return {
      from: this.from,
      to: this.to,
      exchanges: this.#exchanges,
      conflicts: this.#conflicts,
      odd: this.#early + this.#stretches.odd,
      stretches: this.#stretches.read().map(({ from, until, n, low, high }) => ({
        fromSeconds: from,
        untilSeconds: until,
        exchanges: n,
        lowestMs: boundMs(low),
        highestMs: boundMs(high),
      })),
    };
  }

  readConflicts(): ClockReport[] {
    return [...this.#there.read(), ...this.#back.read()];
  }
}

function secondsBetween(cause: number, effect: number, instants: ArrayLike<number>): number {
  return (instants[effect] ?? Number.NaN) - (instants[cause] ?? Number.NaN);
}

function boundMs(bound: number): number | null {
  return Number.isFinite(bound) ? bound * 1000 : null;
}

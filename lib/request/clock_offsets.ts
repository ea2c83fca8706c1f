import type { ClockPairReport } from "../report/clock_report.ts";
import type { ClockReport } from "../report/doctor_report.ts";
import { IntervalStretches } from "../stats/interval_stretches.ts";
import { SeriesBuilder } from "../stats/series.ts";
import { byCodeUnit } from "../stats/series_table.ts";
import type { CausalLink, Exchange } from "./causal_links.ts";

/** Pairs of services that are told apart; what further ones exchange is not looked at. */
const maxPairs = 256;
/** Writers round each instant to the microsecond. */
const roundingSeconds = 1e-6;
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
  readonly #pairs = new Map<string, PairOffsets>();

  /** Takes what a request tells, given the instants of its events in Unix seconds. */
  add(exchanges: readonly Exchange[], instants: ArrayLike<number>): void {
    for (const exchange of exchanges) this.#addTo(this.#pairOf(exchange), exchange, instants);
  }

  /** Does the same for requests that all have these exchanges: finds out once of which pairs they are. */
  takerOf(exchanges: readonly Exchange[]): (instants: ArrayLike<number>) => void {
    let pairs: readonly (PairOffsets | null)[] | null = null;
    return (instants) => {
      pairs ??= exchanges.map((exchange) => this.#pairOf(exchange));
      for (let index = 0; index < exchanges.length; index++) {
        const exchange = exchanges[index];
        if (exchange !== undefined) this.#addTo(pairs[index] ?? null, exchange, instants);
      }
    };
  }

  /** The pair of an exchange; null if there are too many. */
  #pairOf({ from, to }: Exchange): PairOffsets | null {
    const key = `${from.length} ${from}${to}`;
    const known = this.#pairs.get(key);
    if (known !== undefined) return known;
    if (this.#pairs.size >= maxPairs) return null;
    const pair = new PairOffsets(from, to);
    this.#pairs.set(key, pair);
    return pair;
  }

  #addTo(pair: PairOffsets | null, exchange: Exchange, instants: ArrayLike<number>): void {
    const jumpedAfter = pair?.add(exchange, instants) ?? null;
    if (pair !== null && jumpedAfter !== null) this.#cutNeighbours(pair, jumpedAfter);
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

/** What one way from service to service has shown. */
class Way {
  readonly #name: string;
  readonly #early = new SeriesBuilder();
  #of = 0;

  constructor(from: string, to: string) {
    this.#name = `${from}→${to}`;
  }

  /** Takes how long something seems to have been on its way. */
  add(taken: number): void {
    this.#of++;
    if (taken < 0) this.#early.add(-taken);
  }

  read(): ClockReport[] {
    const { n, p50 } = this.#early.summarize();
    return p50 === null ? [] : [{ name: this.#name, n, of: this.#of, medianMs: p50 * 1000 }];
  }
}

class PairOffsets {
  readonly from: string;
  readonly to: string;
  #exchanges = 0;
  #conflicts = 0;
  #early = 0;
  #answersEarly = false;
  readonly #there: Way;
  #back: Way;
  #stretches = new IntervalStretches();

  constructor(from: string, to: string) {
    this.from = from;
    this.to = to;
    this.#there = new Way(from, to);
    this.#back = new Way(to, from);
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
    this.#back = new Way(this.to, this.from);
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

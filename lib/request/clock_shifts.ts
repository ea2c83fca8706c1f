import type { ClockPairReport, ClockStretchReport } from "../report/clock_report.ts";
import { findFewestShifts } from "../stats/fewest_shifts.ts";
import { findExchanges } from "./causal_links.ts";
import {
  type RequestTrace,
  type ServiceShift,
  type ServiceShifts,
  traceStart,
} from "./request_trace.ts";

/**
 * Corrects requests by what is known of clocks: it shifts the fewest services that make every effect
 * follow its cause, each by the middle of what its offset can be. Where that has only one bound, or a
 * clock was set about that time, events stay as they were logged.
 *
 * Memory: one answer for each combination of stretches, at most as many as there are stretches.
 */
export class ClockShifts {
  /** What is known of the clocks, as logged. */
  readonly pairs: readonly ClockPairReport[];
  readonly #services: readonly string[];
  readonly #answers = new Map<string, ServiceShifts>();

  constructor(pairs: readonly ClockPairReport[]) {
    this.pairs = pairs;
    // Who only asks comes first: of several clocks that could be wrong, those of the others are.
    const asked = new Set(pairs.map(({ to }) => to));
    const asking = pairs.map(({ from }) => from).filter((from) => !asked.has(from));
    this.#services = [...new Set([...asking, ...pairs.flatMap(({ from, to }) => [from, to])])];
  }

  /** The request with its events where they belong in time, and what was done to them. */
  correct(trace: RequestTrace): RequestTrace {
    const shifts = this.#shiftsOf(trace);
    if (shifts.size === 0) return trace;
    const events = trace.events.map((event) => {
      const offset = shifts.get(event.service)?.offsetSeconds ?? 0;
      return { ...event, timestampSeconds: event.timestampSeconds - offset };
    });
    events.sort((a, b) => a.timestampSeconds - b.timestampSeconds);
    const isTouched = events.some(({ service }) => shifts.has(service));
    return isTouched ? { id: trace.id, events, shifts } : trace;
  }

  #shiftsOf(trace: RequestTrace): ServiceShifts {
    const exchanges = findExchanges(trace.events);
    const stretches = this.pairs.map((pair) => {
      const own = exchanges.find(({ from, to }) => from === pair.from && to === pair.to);
      const sent = own && trace.events[own.hop.cause]?.timestampSeconds;
      return stretchAt(pair.stretches, sent ?? traceStart(trace));
    });
    const key = stretches.join(" ");
    const known = this.#answers.get(key);
    if (known !== undefined) return known;
    const answer = this.#solve(stretches);
    this.#answers.set(key, answer);
    return answer;
  }

  #solve(stretches: readonly number[]): ServiceShifts {
    const upper = this.#services.map(() => this.#services.map(() => Number.POSITIVE_INFINITY));
    const bound = (of: string, against: string, limit: number) => {
      const row = upper[this.#services.indexOf(against)];
      const column = this.#services.indexOf(of);
      if (row !== undefined) row[column] = Math.min(row[column] ?? limit, limit);
    };
    for (const [index, { from, to, stretches: all }] of this.pairs.entries()) {
      const { lowestMs = null, highestMs = null } = all[stretches[index] ?? -1] ?? {};
      if (highestMs !== null) bound(to, from, highestMs / 1000);
      if (lowestMs !== null) bound(from, to, -lowestMs / 1000);
    }
    const shifts = findFewestShifts(upper);
    return new Map(
      this.#services.flatMap((service, index): [string, ServiceShift][] => {
        const shift = shifts[index];
        if (shift === null || shift === undefined || shift.offset === null) return [];
        const { offset, low, high } = shift;
        return [[service, { offsetSeconds: offset, lowSeconds: low, highSeconds: high }]];
      }),
    );
  }
}

/**
 * How uncertain time between events of two services is, in seconds: how far apart the bounds of their
 * clocks are. Null where neither clock was shifted, or both events are by one.
 */
export function uncertaintyBetween(
  shifts: ServiceShifts | undefined,
  one: string | undefined,
  other: string | undefined,
): number | null {
  if (shifts === undefined || one === other || one === undefined || other === undefined)
    return null;
  const both = [shifts.get(one), shifts.get(other)].filter((shift) => shift !== undefined);
  if (both.length === 0) return null;
  return both.reduce((sum, { lowSeconds, highSeconds }) => sum + highSeconds - lowSeconds, 0);
}

/**
 * The stretch that an instant belongs to: before the first and after the last one nothing says that a
 * clock was set. Between two of them it is not known which clock shows what: -1.
 */
function stretchAt(stretches: readonly ClockStretchReport[], at: number): number {
  const within = stretches.findIndex(
    ({ fromSeconds, untilSeconds }) => fromSeconds <= at && at <= untilSeconds,
  );
  if (within >= 0) return within;
  if (stretches.every(({ fromSeconds }) => at < fromSeconds)) return 0;
  return stretches.every(({ untilSeconds }) => at > untilSeconds) ? stretches.length - 1 : -1;
}

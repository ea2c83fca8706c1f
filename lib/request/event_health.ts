import { genericMark, spanCatalogue, startNeedsEnd } from "../event/span_catalogue.ts";
import type { TimingEvent } from "../event/timing_event.ts";
import type { ClockReport, EventHealthReport } from "../report/doctor_report.ts";
import { SeriesBuilder } from "../stats/series.ts";
import { findExchanges } from "./causal_links.ts";
import { ClockOffsets } from "./clock_offsets.ts";
import { type RequestTrace, traceInstants } from "./request_trace.ts";
import { findSpans, type Span } from "./spans.ts";

const hourSeconds = 3600;
/** What a writer rounds, and what is written while the log is read, is not the future. */
const toleranceSeconds = 1;
/** Names kept apart; the rest is one, `other`. */
const maxNames = 256;
const otherName = "other";

/**
 * Gathers from requests who writes, and whose clocks cannot be right.
 *
 * Memory: at most 256 services, pairs of services and names of spans, each with up to 80 KB of sizes.
 */
export class EventHealth {
  readonly #nowSeconds: () => number;
  readonly #hourAgo: number;
  #limit: number;
  #lastSeconds: number | null = null;
  readonly #writers = new Map<string, { events: number; lastSeconds: number }>();
  readonly #clocks = new ClockOffsets();
  readonly #reversed = new Map<string, Conflicts>();
  readonly #futureServices = new Set<string>();
  #futureEvents = 0;
  #aheadSeconds = 0;

  /** `nowSeconds` tells the time, Unix seconds; it is asked again when an event seems to be ahead of it. */
  constructor(nowSeconds: () => number) {
    this.#nowSeconds = nowSeconds;
    const now = nowSeconds();
    this.#hourAgo = now - hourSeconds;
    this.#limit = now + toleranceSeconds;
  }

  /** Takes the next request. */
  add(trace: RequestTrace): void {
    for (const event of trace.events) this.#addEvent(event);
    this.#clocks.add(findExchanges(trace.events), traceInstants(trace));
    for (const [name, seconds] of findReversed(trace.events, findSpans(trace.events))) {
      const sizes = entryOf(this.#reversed, name, newConflicts);
      if (seconds !== null) sizes.conflicts.add(seconds);
      sizes.of++;
    }
  }

  /** Reads out what was gathered. */
  read(): EventHealthReport {
    return {
      lastSeconds: this.#lastSeconds,
      writers: sorted(this.#writers).map(([service, writer]) => ({ service, ...writer })),
      clocks: this.#clocks.readConflicts(),
      offsets: this.#clocks.read(),
      reversed: describeConflicts(this.#reversed),
      future: {
        events: this.#futureEvents,
        services: [...this.#futureServices].sort(),
        aheadSeconds: this.#aheadSeconds,
      },
    };
  }

  #addEvent({ timestampSeconds: at, service }: TimingEvent): void {
    if (at > this.#limit) {
      this.#limit = this.#nowSeconds() + toleranceSeconds;
      if (at > this.#limit) {
        this.#futureEvents++;
        this.#aheadSeconds = Math.max(this.#aheadSeconds, at - this.#limit + toleranceSeconds);
        if (this.#futureServices.size < maxNames) this.#futureServices.add(service);
        return;
      }
    }
    this.#lastSeconds = Math.max(this.#lastSeconds ?? at, at);
    if (at < this.#hourAgo) return;
    const writer = entryOf(this.#writers, service, () => ({ events: 0, lastSeconds: at }));
    writer.events++;
    writer.lastSeconds = Math.max(writer.lastSeconds, at);
  }
}

/** Sizes of what went wrong, and how often it could have. */
interface Conflicts {
  readonly conflicts: SeriesBuilder;
  of: number;
}

function newConflicts(): Conflicts {
  return { conflicts: new SeriesBuilder(), of: 0 };
}

/**
 * The spans of a request whose cause is certain, each with the seconds by which its end came before
 * its start; null where all is in order. A start is certain that by its name must have an end.
 */
function* findReversed(
  events: readonly TimingEvent[],
  spans: readonly Span[],
): Generator<[name: string, seconds: number | null]> {
  const used = new Set(
    spans.flatMap((span) =>
      span.startEvent !== null && span.endEvent !== null ? [`${span.name}\0${span.endEvent}`] : [],
    ),
  );
  for (const span of spans) {
    const start = span.startEvent === null ? undefined : events[span.startEvent];
    if (start === undefined || span.kind === "hop" || !isCause(start.name)) continue;
    if (span.endSeconds !== null) {
      yield [span.name, null];
      continue;
    }
    const end = events.findLast(
      (event, index) =>
        event.timestampSeconds < start.timestampSeconds &&
        endsSpan(event, span, start) &&
        !used.has(`${span.name}\0${index}`),
    );
    if (end !== undefined) {
      yield [span.name, start.timestampSeconds - end.timestampSeconds];
    }
  }
}

function isCause(name: string): boolean {
  return startNeedsEnd(name) || genericMark(name)?.role === "start";
}

function endsSpan(event: TimingEvent, span: Span, start: TimingEvent): boolean {
  const definition = spanCatalogue.find(({ name, starts }) => {
    return name === span.name && starts.includes(start.name);
  });
  if (definition !== undefined) return definition.ends.includes(event.name);
  const [cause, effect] = [genericMark(start.name), genericMark(event.name)];
  return (
    event.service === start.service &&
    effect?.role === "end" &&
    effect.stem === cause?.stem &&
    effect.family === cause.family
  );
}

/** The entry of a name; when the table is full, that of `other`. */
function entryOf<Entry>(table: Map<string, Entry>, name: string, make: () => Entry): Entry {
  const key = table.has(name) || table.size < maxNames ? name : otherName;
  const entry = table.get(key) ?? make();
  table.set(key, entry);
  return entry;
}

function describeConflicts(table: ReadonlyMap<string, Conflicts>): ClockReport[] {
  return sorted(table).flatMap(([name, { conflicts, of }]) => {
    const { n, p50 } = conflicts.summarize();
    return p50 === null ? [] : [{ name, n, of, medianMs: p50 * 1000 }];
  });
}

function sorted<Entry>(table: ReadonlyMap<string, Entry>): [string, Entry][] {
  return [...table].sort(([a], [b]) => (a < b ? -1 : 1));
}

import { finiteNumber } from "../event/metadata_value.ts";
import {
  endNeedsStart,
  endpointing,
  genericMark,
  llmChildren,
  llmSpan,
  type SpanDefinition,
  type SpanKind,
  spanCatalogue,
  spanOrder,
  startNeedsEnd,
} from "../event/span_catalogue.ts";
import type { TimingEvent } from "../event/timing_event.ts";

/** Time between two paired events of a request. Instants are Unix seconds. */
export interface Span {
  readonly name: string;
  readonly kind: SpanKind;
  /** Of an incomplete span: the instant of the one event it has. */
  readonly startSeconds: number;
  /** Null if the span is incomplete. Before the start only in a clock conflict. */
  readonly endSeconds: number | null;
  /** Places of its events in the request; null where it has none, as with spans from metadata. */
  readonly startEvent: number | null;
  readonly endEvent: number | null;
  /** The span that a span from metadata lies in. */
  readonly parent: Span | null;
}

/** A span that has both ends, in the right order. */
export type CompleteSpan = Span & { readonly endSeconds: number };

/** True for a hop whose effect comes before its cause: two machines' clocks disagree. */
export function isClockConflict(span: Span): boolean {
  return span.endSeconds !== null && span.endSeconds < span.startSeconds;
}

/** True for a span that has a duration: neither incomplete nor a clock conflict. */
export function isComplete(span: Span): span is CompleteSpan {
  return span.endSeconds !== null && span.endSeconds >= span.startSeconds;
}

/** Finds all spans of a request, by start, ties in catalogue order. */
export function findSpans(events: readonly TimingEvent[]): Span[] {
  const places = placesOf(events);
  const spans = endpointingSpans(events);
  const add = (span: Span) => {
    spans.push(span);
    if (span.name === llmSpan) spans.push(...childrenOf(span, events));
  };
  for (const definition of spanCatalogue) {
    for (const span of catalogueSpans(events, places, definition)) add(span);
  }
  for (const span of genericSpans(events)) add(span);
  return spans.sort(
    (a, b) => a.startSeconds - b.startSeconds || catalogueRank(a.name) - catalogueRank(b.name),
  );
}

/** A span name's place in the catalogue; generic spans come after all others. */
export function catalogueRank(name: string): number {
  return ranks.get(name) ?? spanOrder.length;
}

const ranks: ReadonlyMap<string, number> = new Map(spanOrder.map((name, rank) => [name, rank]));

/** Where each name occurs in a request. */
type Places = ReadonlyMap<string, readonly number[]>;

function placesOf(events: readonly TimingEvent[]): Places {
  const places = new Map<string, number[]>();
  for (let index = 0; index < events.length; index++) {
    const name = events[index]?.name ?? "";
    const known = places.get(name);
    if (known === undefined) places.set(name, [index]);
    else known.push(index);
  }
  return places;
}

function endpointingSpans(events: readonly TimingEvent[]): Span[] {
  const spans: Span[] = [];
  for (const [index, event] of events.entries()) {
    if (event.name !== endpointing.end) continue;
    const threshold = finiteNumber(event.metadata, endpointing.thresholdKey);
    if (threshold === null || threshold < 0) continue;
    const { name, kind } = endpointing;
    const endSeconds = event.timestampSeconds;
    const startSeconds = endSeconds - threshold;
    const place = { startEvent: null, endEvent: index, parent: null };
    spans.push({ name, kind, startSeconds, endSeconds, ...place });
  }
  return spans;
}

function catalogueSpans(
  events: readonly TimingEvent[],
  places: Places,
  definition: SpanDefinition,
): Span[] {
  const starts = firstMet(definition.starts, places) ?? adjacentStarts(events, places, definition);
  const ends = firstMet(definition.ends, places) ?? [];
  if (starts.length === 0 && ends.length === 0) return [];
  const [startEvent, endEvent] = [starts[0], ends[0]];
  const isReversed = startEvent !== undefined && endEvent !== undefined && startEvent > endEvent;
  if (definition.kind === "hop" && isReversed && starts.length === 1 && ends.length === 1) {
    return [spanBetween(events, definition, startEvent, endEvent)];
  }
  return pair(events, definition, starts, ends, (name, role) =>
    role === "start" ? startNeedsEnd(name) : endNeedsStart(name),
  );
}

/** The places of the first of these names that occurs. */
function firstMet(names: readonly string[], places: Places): readonly number[] | undefined {
  for (const name of names) {
    const met = places.get(name);
    if (met !== undefined) return met;
  }
  return undefined;
}

function adjacentStarts(
  events: readonly TimingEvent[],
  places: Places,
  { adjacentStart, ends }: SpanDefinition,
): readonly number[] {
  if (adjacentStart === undefined) return [];
  return (places.get(adjacentStart) ?? []).filter((index) => {
    const service = events[index]?.service;
    const next = events.slice(index + 1).find((event) => event.service === service);
    return next !== undefined && ends.includes(next.name);
  });
}

/** Pairs custom events by their names, within one service. */
function genericSpans(events: readonly TimingEvent[]): Span[] {
  const groups = new Map<string, { service: string; stem: string; marks: GenericEvent[] }>();
  events.forEach((event, index) => {
    const mark = genericMark(event.name);
    if (mark === null) return;
    const key = JSON.stringify([event.service, mark.stem, mark.family]);
    const group = groups.get(key) ?? { service: event.service, stem: mark.stem, marks: [] };
    group.marks.push({ index, role: mark.role, isSure: mark.family === "start-complete" });
    groups.set(key, group);
  });
  const pairable = [...groups.values()].filter(
    ({ marks }) =>
      marks.some((mark) => mark.isSure) ||
      (marks.some((mark) => mark.role === "start") && marks.some((mark) => mark.role === "end")),
  );
  return pairable.flatMap(({ service, stem, marks }) => {
    const isShared = pairable.some((other) => other.stem === stem && other.service !== service);
    const definition = { name: isShared ? `${service} ${stem}` : stem, kind: "work" } as const;
    const [starts, ends] = (["start", "end"] as const).map((role) =>
      marks.filter((mark) => mark.role === role).map((mark) => mark.index),
    );
    const isSure = marks.some((mark) => mark.isSure);
    const needsOther = (_: string, role: "start" | "end") => isSure || role === "end";
    return pair(events, definition, starts ?? [], ends ?? [], needsOther);
  });
}

interface GenericEvent {
  readonly index: number;
  readonly role: "start" | "end";
  readonly isSure: boolean;
}

/**
 * In time order each end closes the oldest open start. What is left over becomes an incomplete span
 * where `needsOther` says so, and is a plain event otherwise.
 */
function pair(
  events: readonly TimingEvent[],
  definition: Pick<SpanDefinition, "name" | "kind">,
  starts: readonly number[],
  ends: readonly number[],
  needsOther: (eventName: string, role: "start" | "end") => boolean,
): Span[] {
  const spans: Span[] = [];
  /** How many starts are taken. */
  let taken = 0;
  const lonely = (index: number, role: "start" | "end") => {
    if (needsOther(events[index]?.name ?? "", role)) {
      const ends = role === "start" ? [index, null] : [null, index];
      spans.push(spanBetween(events, definition, ends[0] ?? null, ends[1] ?? null));
    }
  };
  for (const end of ends) {
    const start = starts[taken];
    if (start === undefined || start > end) lonely(end, "end");
    else {
      spans.push(spanBetween(events, definition, start, end));
      taken++;
    }
  }
  for (const start of starts.slice(taken)) lonely(start, "start");
  return spans;
}

function spanBetween(
  events: readonly TimingEvent[],
  { name, kind }: Pick<SpanDefinition, "name" | "kind">,
  startEvent: number | null,
  endEvent: number | null,
): Span {
  const start = startEvent === null ? undefined : events[startEvent]?.timestampSeconds;
  const end = endEvent === null ? undefined : events[endEvent]?.timestampSeconds;
  return {
    name,
    kind,
    startSeconds: start ?? end ?? Number.NaN,
    endSeconds: start === undefined ? null : (end ?? null),
    startEvent,
    endEvent,
    parent: null,
  };
}

/** Load, prefill and generation of an llm span, from what its end's metadata says. */
function childrenOf(span: Span, events: readonly TimingEvent[]): Span[] {
  const received = span.endEvent === null ? undefined : events[span.endEvent];
  if (received === undefined || !isComplete(span)) return [];
  const parts = llmChildren.flatMap(({ name, durationKey }) => {
    const milliseconds = finiteNumber(received.metadata, durationKey);
    return milliseconds !== null && milliseconds > 0
      ? [{ name, seconds: milliseconds / 1000 }]
      : [];
  });
  const sum = parts.reduce((total, part) => total + part.seconds, 0);
  if (sum > span.endSeconds - span.startSeconds) return [];
  let endSeconds = span.endSeconds;
  const children: Span[] = [];
  for (const { name, seconds } of parts.reverse()) {
    // Rounding must not carry the first of them out of its parent.
    const startSeconds = Math.max(span.startSeconds, endSeconds - seconds);
    children.unshift({
      name,
      kind: "work",
      startSeconds,
      endSeconds,
      startEvent: null,
      endEvent: null,
      parent: span,
    });
    endSeconds = startSeconds;
  }
  return children;
}

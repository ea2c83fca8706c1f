import { finiteNumber } from "../event/metadata_value.ts";
import { endpointing, llmChildren, llmSpan, spanOrder } from "../event/span_catalogue.ts";
import type { TimingEvent } from "../event/timing_event.ts";
import { pairEvents, type SpanPair } from "./span_pairs.ts";

/**
 * Time between two paired events of a request; a span from metadata has none, or but its end. Instants are
 * Unix seconds.
 */
export interface Span extends SpanPair {
  /** Of an incomplete span: the instant of the one event it has. */
  readonly startSeconds: number;
  /** Null if the span is incomplete. Before the start only in a clock conflict. */
  readonly endSeconds: number | null;
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
  const spans = endpointingSpans(events);
  for (const pair of pairEvents(events)) {
    const span = timedSpan(pair, events);
    spans.push(span);
    if (span.name === llmSpan) spans.push(...childrenOf(span, events));
  }
  return spans.sort(
    (a, b) => a.startSeconds - b.startSeconds || catalogueRank(a.name) - catalogueRank(b.name),
  );
}

/** A span name's place in the catalogue; generic spans come after all others. */
export function catalogueRank(name: string): number {
  return ranks.get(name) ?? spanOrder.length;
}

const ranks: ReadonlyMap<string, number> = new Map(spanOrder.map((name, rank) => [name, rank]));

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

/** What of two events makes a span: when they were. */
function timedSpan(
  { name, kind, startEvent, endEvent }: SpanPair,
  events: readonly TimingEvent[],
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

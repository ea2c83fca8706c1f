import { llmSpan, type SpanKind } from "../event/span_catalogue.ts";
import type { TimingEvent } from "../event/timing_event.ts";
import type { Figures } from "./figures.ts";
import { coveringSpans, stepName } from "./gaps.ts";
import { type CompleteSpan, catalogueRank, type Span } from "./spans.ts";

/** What a ledger row's time went into. */
export type LedgerKind = Exclude<SpanKind, "playback" | "envelope"> | "unaccounted";

/** A stretch of the wait for the first audio, owned by one span or by nobody. */
export interface LedgerRow {
  /** The span's name; of unaccounted time, its two events: `a → b`. */
  readonly name: string;
  readonly kind: LedgerKind;
  readonly startSeconds: number;
  readonly endSeconds: number;
  readonly span: Span | null;
}

/** The step or span that took longest before the first audio. */
export interface Slowest {
  readonly name: string;
  readonly durationSeconds: number;
  /** The row it begins with. */
  readonly row: LedgerRow;
}

/**
 * Lays the time from a request's opening to its first audio (without audio: to its last event) into
 * contiguous rows that add up to it exactly. Each instant belongs to the covering span that started
 * last; ties to the one that ends first, then in catalogue order. What no span covers is split at
 * every event.
 */
export function buildLedger(
  events: readonly TimingEvent[],
  spans: readonly Span[],
  figures: Pick<Figures, "openingSeconds" | "firstAudioSeconds">,
): LedgerRow[] {
  const from = figures.openingSeconds;
  const until = figures.firstAudioSeconds ?? events.at(-1)?.timestampSeconds ?? from;
  const owners = coveringSpans(spans)
    .filter((span) => span.kind !== "playback" && span.endSeconds > span.startSeconds)
    .sort(byPrecedence);
  const rows: { -readonly [Key in keyof LedgerRow]: LedgerRow[Key] }[] = [];
  let start = from;
  for (const end of edgesBetween(from, until, events, owners)) {
    if (end === start) continue;
    const owner = ownerBetween(owners, start, end);
    const last = rows.at(-1);
    if (owner !== null && last?.span === owner) {
      last.endSeconds = end;
    } else if (owner !== null) {
      const kind = owner.kind as LedgerKind;
      rows.push({ name: owner.name, kind, startSeconds: start, endSeconds: end, span: owner });
    } else {
      const name = nameUncovered(events, start, end);
      rows.push({ name, kind: "unaccounted", startSeconds: start, endSeconds: end, span: null });
    }
    start = end;
  }
  return rows;
}

/** Who owns an instant that several spans cover: the first in this order. */
function byPrecedence(a: CompleteSpan, b: CompleteSpan): number {
  return (
    b.startSeconds - a.startSeconds ||
    a.endSeconds - b.endSeconds ||
    catalogueRank(a.name) - catalogueRank(b.name)
  );
}

function ownerBetween(
  owners: readonly CompleteSpan[],
  start: number,
  end: number,
): CompleteSpan | null {
  for (const span of owners) {
    if (span.startSeconds <= start && span.endSeconds >= end) return span;
  }
  return null;
}

/** Every instant at which the owner may change, ascending, some of them more than once. */
function edgesBetween(
  from: number,
  until: number,
  events: readonly TimingEvent[],
  spans: readonly CompleteSpan[],
): Float64Array {
  const instants: number[] = [];
  const add = (instant: number) => {
    if (instant >= from && instant <= until) instants.push(instant);
  };
  add(from);
  add(until);
  for (const event of events) add(event.timestampSeconds);
  for (const span of spans) {
    add(span.startSeconds);
    add(span.endSeconds);
  }
  return Float64Array.from(instants).sort();
}

/** After the events that enclose an uncovered stretch. */
function nameUncovered(events: readonly TimingEvent[], start: number, end: number): string {
  const [before, after] = eventsAround(events, start, end);
  return before !== undefined && after !== undefined ? stepName(before, after) : "unaccounted";
}

/** The events that enclose a stretch: the last at or before its start, the first at or after its end. */
export function eventsAround(
  events: readonly TimingEvent[],
  startSeconds: number,
  endSeconds: number,
): [before: TimingEvent | undefined, after: TimingEvent | undefined] {
  return [
    events.findLast((event) => event.timestampSeconds <= startSeconds),
    events.find((event) => event.timestampSeconds >= endSeconds),
  ];
}

/**
 * The longest row of kind work, hop or unaccounted, an llm span and its children taken as one; ties:
 * the earlier. Null for a ledger without such rows.
 */
export function findSlowest(ledger: readonly LedgerRow[]): Slowest | null {
  const groups = new Map<unknown, { row: LedgerRow; durationSeconds: number }>();
  for (const row of ledger) {
    if (row.kind === "setting") continue;
    const span = row.span?.parent ?? row.span;
    const key = span?.name === llmSpan ? span : row;
    const group = groups.get(key) ?? { row, durationSeconds: 0 };
    group.durationSeconds += row.endSeconds - row.startSeconds;
    groups.set(key, group);
  }
  let slowest: Slowest | null = null;
  for (const { row, durationSeconds } of groups.values()) {
    if (slowest !== null && durationSeconds <= slowest.durationSeconds) continue;
    slowest = { name: row.span?.parent?.name ?? row.name, durationSeconds, row };
  }
  return slowest;
}

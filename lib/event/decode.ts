import { maxDepth, nullifyNonFinite, parseJson } from "./parse_json.ts";
import type { JsonValue, Metadata, TimingEvent } from "./timing_event.ts";

/** The ways in which a line can fail to be an event. */
export const problemKinds = [
  "field",
  "bad json",
  "not an object",
  "too deep",
  "too long",
  "torn",
  "torn tail",
] as const;

/** One of `problemKinds`. */
export type ProblemKind = (typeof problemKinds)[number];

/** Why some bytes are no event: the kind, and what a reader may wish to know beyond it. */
export interface Fault {
  readonly kind: ProblemKind;
  readonly detail: string;
}

/** What one line turned out to hold. */
export interface DecodedLine {
  readonly events: readonly TimingEvent[];
  /** Where in the span each of them begins, in bytes; absent for a span that needed no cutting. */
  readonly starts?: readonly number[];
  /** How many of the events were saved from behind torn bytes or another event. */
  readonly recovered: number;
  readonly fault: Fault | null;
}

/** Parts a line that does not parse is split into, counted from its end. */
const maxSplits = 8;
const eventOpening = '{"timestamp"';

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * Reads the event, or events, that a line span holds; null for a blank span. Invalid UTF-8 becomes
 * U+FFFD. A span that does not parse as a whole is split where a later event begins, so that a line
 * glued to a torn one is not lost with it. Time and memory are linear in the span.
 *
 * `isTail` says that the span ends where the file does, without a newline: what is no event there is
 * `torn tail`, the usual sight while a writer is at work.
 */
export function decodeLine(
  bytes: Uint8Array,
  start: number,
  end: number,
  isTail: boolean,
): DecodedLine | null {
  const text = decoder.decode(bytes.subarray(start, end));
  if (isBlank(text)) return null;
  const whole = decodeRecord(text);
  if (!isFault(whole)) return { events: [whole], recovered: 0, fault: null };
  const parts = whole.kind === "bad json" ? splitAtEvents(text) : [];
  const decoded = parts.map(decodeRecord);
  const events = decoded.filter(isEvent);
  const cut = events.length === 0 ? {} : { starts: startsOf(bytes.subarray(start, end), decoded) };
  const recovered = decoded.slice(1).filter(isEvent).length;
  const last = decoded.at(-1);
  const isTorn = decoded.some((part, index) => isFault(part) && !isBlank(parts[index] ?? ""));
  if (recovered > 0 && !isTorn) return { events, ...cut, recovered, fault: null };
  if (isTail && (last === undefined || isFault(last))) {
    return { events, ...cut, recovered, fault: { kind: "torn tail", detail: tailDetail } };
  }
  if (recovered === 0) return { events, ...cut, recovered, fault: whole };
  const detail = `${recovered} whole ${recovered === 1 ? "event" : "events"} recovered from this line`;
  return { events, ...cut, recovered, fault: { kind: "torn", detail } };
}

const tailDetail = "the file ends inside this line; a writer may be at work";

function isBlank(text: string): boolean {
  return /^[ \t\r]*$/.test(text);
}

function isEvent(value: TimingEvent | Fault): value is TimingEvent {
  return !isFault(value);
}

function isFault(value: TimingEvent | Fault): value is Fault {
  return "kind" in value;
}

/** Cuts before each of the last few places where an event begins behind the line's first byte. */
function splitAtEvents(text: string): string[] {
  const cuts: number[] = [];
  const first = text.search(/[^ \t\r]/);
  let before = text.length;
  while (cuts.length < maxSplits && before > 0) {
    const at = text.lastIndexOf(eventOpening, before - 1);
    if (at <= first) break;
    cuts.unshift(at);
    before = at;
  }
  if (cuts.length === 0) return [];
  return [0, ...cuts].map((cut, index) => text.slice(cut, cuts[index]));
}

/**
 * Where in the bytes of a span those of its parts begin that are events. An opening is ASCII, which means
 * itself wherever it stands, also between bytes that are no UTF-8.
 */
function startsOf(bytes: Uint8Array, parts: readonly (TimingEvent | Fault)[]): number[] {
  const span = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const starts: number[] = [];
  let start = span.length;
  for (let index = parts.length - 1; index >= 0; index--) {
    const part = parts[index];
    start = index === 0 ? 0 : span.lastIndexOf(eventOpening, start - 1);
    if (part !== undefined && isEvent(part)) starts.unshift(start);
  }
  return starts;
}

/** Reads one JSON text as an event. */
function decodeRecord(text: string): TimingEvent | Fault {
  const value = parseJson(text);
  if (value === undefined) return { kind: "bad json", detail: "not valid JSON" };
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return { kind: "not an object", detail: `a JSON ${kindOf(value)}, not an object` };
  }
  if (!nullifyNonFinite(value, 1)) {
    return { kind: "too deep", detail: `nested deeper than ${maxDepth} levels` };
  }
  const { timestamp, request_id, event, service, metadata } = value;
  if (typeof timestamp !== "number") return field("timestamp", "a finite number", timestamp);
  if (typeof request_id !== "string" || request_id === "") {
    return field("request_id", "a non-empty string", request_id);
  }
  if (typeof event !== "string" || event === "") {
    return field("event", "a non-empty string", event);
  }
  if (!isMetadata(metadata ?? {})) return field("metadata", "an object", metadata);
  return {
    timestampSeconds: timestamp,
    requestId: request_id,
    service: typeof service === "string" ? service : "unknown",
    name: event,
    metadata: (metadata ?? {}) as Metadata,
  };
}

function field(name: string, wanted: string, found: JsonValue | undefined): Fault {
  const state = found === "" ? "an empty string" : found === undefined ? "missing" : kindOf(found);
  return { kind: "field", detail: `${name} is ${state}, wanted ${wanted}` };
}

function kindOf(value: JsonValue): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "array" : typeof value;
}

function isMetadata(value: JsonValue): value is Metadata {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

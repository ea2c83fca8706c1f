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
  /** How many of the events were saved from behind torn bytes or another event. */
  readonly recovered: number;
  readonly fault: Fault | null;
}

/** The object itself is level 1. */
const maxDepth = 64;
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
  const recovered = decoded.slice(1).filter(isEvent).length;
  const last = decoded.at(-1);
  const isTorn = decoded.some((part, index) => isFault(part) && !isBlank(parts[index] ?? ""));
  if (recovered > 0 && !isTorn) return { events, recovered, fault: null };
  if (isTail && (last === undefined || isFault(last))) {
    return { events, recovered, fault: { kind: "torn tail", detail: tailDetail } };
  }
  if (recovered === 0) return { events, recovered, fault: whole };
  const detail = `${recovered} whole ${recovered === 1 ? "event" : "events"} recovered from this line`;
  return { events, recovered, fault: { kind: "torn", detail } };
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

/** Parses JSON, and what Python makes of it: bare NaN and Infinity, read as null. */
function parseJson(text: string): JsonValue | undefined {
  // A parser builds what is deeply nested before it finds that the end is missing: look there first.
  if (isUnended(text)) return undefined;
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    if (!/NaN|Infinity/.test(text)) return undefined;
  }
  try {
    return JSON.parse(nonFiniteToNull(text)) as JsonValue;
  } catch {
    return undefined;
  }
}

/** Whether a text begins as an object or a list and does not end as one. */
function isUnended(text: string): boolean {
  const trimmed = text.trim();
  const [first, last] = [trimmed[0], trimmed.at(-1)];
  return (first === "{" || first === "[") && last !== "}" && last !== "]";
}

/** Writes `null` for NaN and Infinity outside strings, in one pass whatever the text may be. */
function nonFiniteToNull(text: string): string {
  let isInString = false;
  return text.replace(/\\.|"|-?Infinity|NaN/gs, (token) => {
    if (token === '"') isInString = !isInString;
    return isInString || token === '"' || token.startsWith("\\") ? token : "null";
  });
}

/** Turns numbers too large for a float64 into null, in place; false if nested too deep. */
function nullifyNonFinite(value: JsonValue[] | Metadata, depth: number): boolean {
  if (depth > maxDepth) return false;
  for (const [key, member] of Object.entries(value)) {
    if (typeof member === "object" && member !== null) {
      if (!nullifyNonFinite(member, depth + 1)) return false;
    } else if (typeof member === "number" && !Number.isFinite(member)) {
      Object.defineProperty(value, key, { value: null, enumerable: true, writable: true });
    }
  }
  return true;
}

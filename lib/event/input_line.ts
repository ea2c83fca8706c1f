import { isWritable } from "../units/instant.ts";
import { maxDepth, nullifyNonFinite, parseJson } from "./parse_json.ts";
import type { JsonValue, Metadata, TimingEvent } from "./timing_event.ts";

/** Why an input line is no event. */
export interface NoEvent {
  readonly reason: string;
}

const words = /^([^ \t]+)[ \t]+([^ \t]+)[ \t]+([^ \t]+)(?:[ \t]+(.*))?$/s;

/**
 * Reads a line of what `log --stdin` is given: `ID SERVICE EVENT [JSON]`, or a JSON object with
 * `request_id`, `service`, `event` and, if it likes, `metadata` and a `timestamp` of its own; all others
 * happened when they arrived. Spaces, tabs and a carriage return around it are passed over; null for a
 * line that has nothing else. As in a log, NaN and numbers too large are null.
 */
export function readInputLine(line: string, arrivedSeconds: number): TimingEvent | NoEvent | null {
  const text = trimBlanks(line);
  if (text === "") return null;
  if (text.startsWith("{")) return readObject(text, arrivedSeconds);
  const match = words.exec(text);
  if (match === null) return { reason: "write ID SERVICE EVENT [JSON]" };
  const [, requestId = "", service = "", name = "", json] = match;
  const metadata = json === undefined ? {} : parseJson(json);
  if (!isObject(metadata)) return { reason: "what follows the event is no JSON object" };
  if (!nullifyNonFinite(metadata, 2)) return tooDeep;
  return { timestampSeconds: arrivedSeconds, requestId, service, name, metadata };
}

function readObject(text: string, arrivedSeconds: number): TimingEvent | NoEvent {
  const value = parseJson(text);
  if (!isObject(value)) return { reason: "no valid JSON object" };
  if (!nullifyNonFinite(value, 1)) return tooDeep;
  const { request_id, service, event } = value;
  if (!isName(request_id)) return noName("request_id");
  if (!isName(service)) return noName("service");
  if (!isName(event)) return noName("event");
  const timestamp = value["timestamp"] ?? arrivedSeconds;
  if (typeof timestamp !== "number") return { reason: "its timestamp is no number" };
  if (!isWritable(timestamp)) {
    return { reason: "its timestamp lies before 1970 or after 9999; write Unix seconds" };
  }
  const metadata = value["metadata"] ?? {};
  if (!isObject(metadata)) return { reason: "its metadata is no object" };
  return { timestampSeconds: timestamp, requestId: request_id, service, name: event, metadata };
}

const tooDeep: NoEvent = {
  reason: `nested deeper than the ${maxDepth} levels that readers accept`,
};

function noName(field: string): NoEvent {
  return { reason: `its ${field} is missing, empty or no text` };
}

function isName(value: JsonValue | undefined): value is string {
  return typeof value === "string" && value !== "";
}

function isObject(value: JsonValue | undefined): value is Metadata {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Trims by hand: a pattern for trailing blanks takes quadratic time where many stand inside. */
function trimBlanks(line: string): string {
  let [from, to] = [0, line.length];
  while (from < to && isBlank(line.charCodeAt(from))) from++;
  while (from < to && isBlank(line.charCodeAt(to - 1))) to--;
  return line.slice(from, to);
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09 || code === 0x0d;
}

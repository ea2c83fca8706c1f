import { formatIsoLocal } from "../units/instant.ts";
import type { JsonValue, TimingEvent } from "./timing_event.ts";

/**
 * Writes an event in the canonical layout, newline included: six keys in fixed order, separated as
 * Python's `json.dumps` separates them, so that one fast path reads what every writer writes.
 * The timestamp has exactly six decimals, and `iso_time` is the same rounded instant as local time,
 * written by `isoLocal`.
 */
export function encodeEvent(
  event: TimingEvent,
  isoLocal: (microseconds: number) => string = formatIsoLocal,
): string {
  const microseconds = Math.round(event.timestampSeconds * 1e6);
  return (
    `{"timestamp": ${sixDecimals(microseconds)}` +
    `, "iso_time": "${isoLocal(microseconds)}"` +
    `, "request_id": ${JSON.stringify(event.requestId)}` +
    `, "service": ${JSON.stringify(event.service)}` +
    `, "event": ${JSON.stringify(event.name)}` +
    `, "metadata": ${encodeValue(event.metadata)}}\n`
  );
}

function sixDecimals(microseconds: number): string {
  const digits = String(Math.abs(microseconds)).padStart(7, "0");
  const sign = microseconds < 0 ? "-" : "";
  return `${sign}${digits.slice(0, -6)}.${digits.slice(-6)}`;
}

function encodeValue(value: JsonValue): string {
  if (Array.isArray(value)) return `[${value.map(encodeValue).join(", ")}]`;
  if (typeof value === "object" && value !== null) {
    const members = Object.entries(value).map(
      ([key, member]) => `${JSON.stringify(key)}: ${encodeValue(member)}`,
    );
    return `{${members.join(", ")}}`;
  }
  return JSON.stringify(value);
}

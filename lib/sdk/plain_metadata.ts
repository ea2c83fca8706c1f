import type { JsonValue, Metadata } from "../event/timing_event.ts";

/** Readers give up on a line nested deeper than 64 levels; the line itself is the first of them. */
const maxLevels = 63;

/**
 * Makes metadata that a line can hold of whatever a program handed over, by the rules of
 * `JSON.stringify`; integers of type bigint become numbers, or text where a number would be inexact.
 * What cannot be written (a circle, a list instead of an object, more than 63 levels) costs only the
 * metadata, not the event: its place is taken by a `metadata_error` that says why.
 */
export function toPlainMetadata(value: unknown): Metadata {
  if (value === undefined || value === null) return {};
  try {
    if (isFlat(value)) return value;
    const plain = JSON.parse(JSON.stringify(value, withoutBigInt)) as JsonValue;
    if (typeof plain !== "object" || plain === null || Array.isArray(plain)) {
      return metadataError("Metadata must be an object");
    }
    if (!isWithin(plain, maxLevels)) {
      return metadataError(`Metadata must not be nested deeper than ${maxLevels} levels`);
    }
    return plain;
  } catch (error) {
    return metadataError(error instanceof Error ? error.message : "Metadata cannot be read");
  }
}

/** The metadata of an event whose own metadata was lost, and why it was. */
export function metadataError(reason: string): Metadata {
  return { metadata_error: reason };
}

/** Most metadata is a plain object of plain values, which needs no copy. */
function isFlat(value: unknown): value is Metadata {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return false;
  for (const member of Object.values(value)) {
    const type = typeof member;
    if (type !== "string" && type !== "number" && type !== "boolean" && member !== null) {
      return false;
    }
  }
  return true;
}

function withoutBigInt(_key: string, value: unknown): unknown {
  if (typeof value !== "bigint") return value;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : String(value);
}

function isWithin(value: JsonValue, levels: number): boolean {
  if (typeof value !== "object" || value === null) return true;
  return levels > 0 && Object.values(value).every((member) => isWithin(member, levels - 1));
}

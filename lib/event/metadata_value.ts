import type { Metadata } from "./timing_event.ts";

/** The finite number under `key`, or null; what an object inherits is never taken for a value. */
export function finiteNumber(metadata: Metadata, key: string): number | null {
  const value = Object.hasOwn(metadata, key) ? metadata[key] : null;
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

/** The true or false under `key`, or null for anything else. */
export function booleanValue(metadata: Metadata, key: string): boolean | null {
  const value = Object.hasOwn(metadata, key) ? metadata[key] : null;
  return typeof value === "boolean" ? value : null;
}

/** True and false as a number, for where numbers are kept: 2 and 1, and 0 for any other value. */
export function encodeAnswer(value: unknown): number {
  if (value === true) return 2;
  return value === false ? 1 : 0;
}

/** What `encodeAnswer` made a number of: true, false, or null for neither. */
export function decodeAnswer(code: number): boolean | null {
  return code === 0 ? null : code === 2;
}

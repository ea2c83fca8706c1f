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

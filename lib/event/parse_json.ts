import type { JsonValue, Metadata } from "./timing_event.ts";

/** How many levels of objects and lists an event may have; the event itself is level 1. */
export const maxDepth = 64;

/** Parses JSON, and what Python makes of it: bare NaN and Infinity, read as null. Undefined if it is neither. */
export function parseJson(text: string): JsonValue | undefined {
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

/**
 * Turns numbers too large for a float64 into null, in place; false if nested deeper than `maxDepth`.
 * `depth` is the level of `value` itself: 1 for a whole line.
 */
export function nullifyNonFinite(value: JsonValue[] | Metadata, depth: number): boolean {
  if (depth > maxDepth) return false;
  // Without a list of its members, which every line of a log would pay for.
  for (const key in value) {
    if (!Object.hasOwn(value, key)) continue;
    const member = (value as Metadata)[key];
    if (typeof member === "object" && member !== null) {
      if (!nullifyNonFinite(member, depth + 1)) return false;
    } else if (typeof member === "number" && !Number.isFinite(member)) {
      Object.defineProperty(value, key, { value: null, enumerable: true, writable: true });
    }
  }
  return true;
}

import { UsageError } from "../error.ts";
import { quote } from "../escape.ts";
import type { JsonValue, Metadata } from "./timing_event.ts";

/** Readers accept 64 levels; the event around the metadata is the first. */
const maxDepth = 63;

/**
 * Builds metadata from what was typed: `json` first, then each `key=value` on top, the last one of a
 * key winning.
 *
 * @throws UsageError if `json` is no JSON object, or nested deeper than readers accept, or if a pair
 * lacks its key or `=`.
 */
export function buildMetadata(json: string | undefined, pairs: readonly string[]): Metadata {
  const members = new Map<string, JsonValue>(json === undefined ? [] : parseObject(json));
  for (const pair of pairs) {
    const equals = pair.indexOf("=");
    if (equals < 1) {
      throw new UsageError(`Cannot use ${quote(pair)} for --meta: write key=value`);
    }
    const key = pair.slice(0, equals);
    members.set(key, typedValue(key, pair.slice(equals + 1)));
  }
  return Object.fromEntries(members);
}

function parseObject(json: string): [string, JsonValue][] {
  const value = parseJson(json);
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new UsageError(
      `Cannot use ${quote(json)} for --metadata: write a JSON object such as {"text_length": 73}`,
    );
  }
  if (isDeeper(value, maxDepth)) {
    throw new UsageError(
      `Cannot use ${quote(json)} for --metadata: it is nested deeper than the ${maxDepth} levels that readers accept`,
    );
  }
  return Object.entries(value);
}

/** The value of a JSON text; undefined if it is none. */
function parseJson(json: string): JsonValue | undefined {
  try {
    return JSON.parse(json) as JsonValue;
  } catch {
    return undefined;
  }
}

/** Whether a value has more than `levels` levels of objects and lists. */
function isDeeper(value: JsonValue, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  return levels === 0 || Object.values(value).some((member) => isDeeper(member, levels - 1));
}

const words = new Map<string, JsonValue>([
  ["true", true],
  ["false", false],
  ["null", null],
]);

/** A number stays one only if writing it back gives the same text: `007` and `1e3` are strings. */
function typedValue(key: string, text: string): JsonValue {
  if (key === "session_id") return text;
  const word = words.get(text);
  if (word !== undefined) return word;
  const number = Number(text);
  return Number.isFinite(number) && String(number) === text ? number : text;
}

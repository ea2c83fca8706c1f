/** A value as OTLP/JSON writes it. */
export type AnyValue =
  | { readonly stringValue: string }
  | { readonly boolValue: boolean }
  | { readonly intValue: string }
  | { readonly doubleValue: number }
  | { readonly arrayValue: { readonly values: readonly AnyValue[] } }
  | Readonly<Record<string, never>>;

/** An attribute as OTLP/JSON writes it. */
export interface KeyValue {
  readonly key: string;
  readonly value: AnyValue;
}

/** Attributes of an object's members; what is undefined is left out, null is a value without content. */
export function toAttributes(members: Readonly<Record<string, unknown>>): KeyValue[] {
  return Object.entries(members).flatMap(([key, value]) =>
    value === undefined ? [] : [{ key, value: toAnyValue(value) }],
  );
}

/** Attributes of durations: never whole numbers, so that one name has one type; null is left out. */
export function toDurations(members: Readonly<Record<string, number | null>>): KeyValue[] {
  return Object.entries(members).flatMap(([key, value]) =>
    value === null ? [] : [{ key, value: { doubleValue: value } }],
  );
}

/**
 * Turns a value into OTLP's: whole numbers are decimal strings, as 64-bit ones are in JSON. Lists of plain
 * values stay lists; whatever is nested deeper becomes its JSON, as attributes are flat to most who
 * take them.
 */
function toAnyValue(value: unknown): AnyValue {
  if (typeof value === "string") return { stringValue: value };
  if (typeof value === "boolean") return { boolValue: value };
  if (typeof value === "number") {
    return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value };
  }
  if (value === null) return {};
  if (Array.isArray(value) && value.every(isPlain)) {
    return { arrayValue: { values: value.map(toAnyValue) } };
  }
  return { stringValue: JSON.stringify(value) };
}

function isPlain(value: unknown): boolean {
  return typeof value !== "object" && value !== null;
}

import type { Fault } from "../event/decode.ts";
import { maxDepth, nullifyNonFinite, parseJson } from "../event/parse_json.ts";
import type { JsonValue, Metadata } from "../event/timing_event.ts";

/** Later than that in seconds is the year 5138: such a number counts milliseconds. */
const latestSeconds = 1e11;

/** The members of a record of unknown origin: what is missing or of another type is null. */
export class Fields {
  readonly #record: Metadata;

  constructor(record: Metadata) {
    this.#record = record;
  }

  /** The member of that name, in snake case or in camel case. */
  value(name: string): JsonValue {
    for (const key of [name, camelCase(name)]) {
      if (Object.hasOwn(this.#record, key)) return this.#record[key] ?? null;
    }
    return null;
  }

  /** A string that is not empty. */
  text(name: string): string | null {
    const value = this.value(name);
    return typeof value === "string" && value !== "" ? value : null;
  }

  number(name: string): number | null {
    const value = this.value(name);
    return typeof value === "number" && Number.isFinite(value) ? value : null;
  }

  /** A duration of 0 or more: seconds, or milliseconds where the name ends in `Ms`. */
  seconds(name: string): number | null {
    const milliseconds = this.number(`${name}_ms`);
    const seconds = milliseconds === null ? this.number(name) : milliseconds / 1000;
    return seconds === null || seconds < 0 ? null : seconds;
  }

  /** An instant, Unix seconds, from seconds or milliseconds. */
  instant(name: string): number | null {
    const value = this.number(name) ?? this.number(`${name}_ms`);
    if (value === null || value <= 0) return null;
    return value > latestSeconds ? value / 1000 : value;
  }

  object(name: string): Fields {
    const value = this.value(name);
    return new Fields(isObject(value) ? value : {});
  }
}

/** Parses a JSON object of a bounded depth, or says why it is none. */
export function parseRecord(text: string): Fields | Fault {
  const value = parseJson(text);
  if (value === undefined) return { kind: "bad json", detail: "not valid JSON" };
  if (!isObject(value)) return { kind: "not an object", detail: "JSON, but not an object" };
  if (nullifyNonFinite(value, 1)) return new Fields(value);
  return { kind: "too deep", detail: `nested deeper than ${maxDepth} levels` };
}

/** Whether a value is an object, and no list. */
export function isObject(value: unknown): value is Metadata {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The members that have a value: what a record does not say is no metadata. */
export function known(members: Readonly<Record<string, JsonValue>>): Metadata {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== null));
}

function camelCase(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

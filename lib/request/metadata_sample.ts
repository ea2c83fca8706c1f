import type { TimingEvent } from "../event/timing_event.ts";
import type { RequestAnalysis } from "./describe.ts";

/** Requests that are kept; once there are more, every second one is let go. */
const maxKept = 2_048;
/** Keys that are told apart; further ones are not looked at. */
const maxKeys = 128;
const maxTextLength = 64;

/** A value that can be compared from request to request. */
export type PlainValue = string | number | boolean;

/** A key of the metadata of one kind of event. */
export interface MetadataKey {
  readonly event: string;
  readonly key: string;
}

/** What is remembered of a request. */
export interface SampledRequest {
  readonly processingSeconds: number;
  /** By the key's number. */
  readonly values: ReadonlyMap<number, PlainValue>;
}

/**
 * Remembers what the metadata of requests says: of all of them up to 2 048, and then of every second,
 * every fourth … so that those that are kept are spread evenly.
 *
 * Memory: at most 2 048 requests of 128 values.
 */
export class MetadataSample {
  readonly keys: MetadataKey[] = [];
  readonly #numbers = new Map<string, number>();
  #kept: SampledRequest[] = [];
  #every = 1;
  #seen = 0;

  /** The requests that were kept, in their order. */
  get requests(): readonly SampledRequest[] {
    return this.#kept;
  }

  /** Takes the next request. */
  add({ trace, figures }: RequestAnalysis): void {
    if (this.#seen++ % this.#every !== 0) return;
    const { processingSeconds } = figures;
    this.#kept.push({ processingSeconds, values: this.valuesOf(trace.events) });
    if (this.#kept.length <= maxKept) return;
    this.#kept = this.#kept.filter((_, index) => index % 2 === 0);
    this.#every *= 2;
  }

  /** The values of a request's metadata, of each key the first. */
  valuesOf(events: readonly TimingEvent[]): Map<number, PlainValue> {
    const values = new Map<number, PlainValue>();
    for (const { name, metadata } of events) {
      for (const [key, value] of Object.entries(metadata)) {
        const isPlain = typeof value === "string" || typeof value === "boolean";
        if (!isPlain && !(typeof value === "number" && Number.isFinite(value))) continue;
        const number = isDuration(key) ? null : this.#numberOf(name, key);
        if (number === null || values.has(number)) continue;
        values.set(number, typeof value === "string" ? value.slice(0, maxTextLength) : value);
      }
    }
    return values;
  }

  #numberOf(event: string, key: string): number | null {
    const name = `${event.length} ${event}${key}`;
    const known = this.#numbers.get(name);
    if (known !== undefined) return known;
    if (this.keys.length >= maxKeys) return null;
    this.keys.push({ event, key });
    this.#numbers.set(name, this.keys.length - 1);
    return this.keys.length - 1;
  }
}

/** How long something took says again that it was slow, not why. */
function isDuration(key: string): boolean {
  return /(?:^|_)(?:ms|us|ns|secs?|seconds|duration|latency|elapsed)(?:_|$)/i.test(key);
}

import type { TimingEvent } from "../event/timing_event.ts";

/** How far a service's clock was ahead, and between what it could have been; seconds. */
export interface ServiceShift {
  readonly offsetSeconds: number;
  readonly lowSeconds: number;
  readonly highSeconds: number;
}

/** The clocks that were shifted, by service. */
export type ServiceShifts = ReadonlyMap<string, ServiceShift>;

/** All events of one request: never empty, ordered by time, ties by their place in the log. */
export interface RequestTrace {
  readonly id: string;
  readonly events: readonly TimingEvent[];
  /** Present if clocks were corrected: the events stand where they belong, not where they were logged. */
  readonly shifts?: ServiceShifts;
}

/** The first event's instant, Unix seconds. */
export function traceStart(trace: RequestTrace): number {
  return trace.events[0]?.timestampSeconds ?? Number.NaN;
}

/** The last event's instant, Unix seconds. */
export function traceEnd(trace: RequestTrace): number {
  return trace.events.at(-1)?.timestampSeconds ?? Number.NaN;
}

/** The instants of all events, Unix seconds. */
export function traceInstants(trace: RequestTrace): number[] {
  return trace.events.map((event) => event.timestampSeconds);
}

/**
 * The conversation a request belongs to: the first non-empty `session_id` among its events'
 * metadata. In the field only one event of a request carries it. Null if none does.
 */
export function traceSession(trace: RequestTrace): string | null {
  for (const event of trace.events) {
    const id = Object.hasOwn(event.metadata, "session_id") ? event.metadata["session_id"] : null;
    if (typeof id === "string" && id !== "") return id;
  }
  return null;
}

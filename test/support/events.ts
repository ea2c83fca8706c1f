import type { Metadata, TimingEvent } from "../../lib/event/timing_event.ts";

/** Where the clocks of made-up logs begin, Unix seconds. */
export const startSeconds = 1_764_253_800;

/**
 * An event `offsetMs` after the beginning of made-up time. The service is the beginning of the name,
 * as with the assistant's own events.
 */
export function eventAt(
  offsetMs: number,
  name: string,
  rest: { readonly id?: string; readonly service?: string; readonly metadata?: Metadata } = {},
): TimingEvent {
  return {
    timestampSeconds: startSeconds + offsetMs / 1000,
    requestId: rest.id ?? "aaaa0001",
    service: rest.service ?? name.split("_")[0] ?? "",
    name,
    metadata: rest.metadata ?? {},
  };
}

/** Numbers in [0, 1) that are the same in every run: the generator mulberry32 of Tommy Ettinger. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

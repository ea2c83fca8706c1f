import { type RequestTrace, traceEnd, traceStart } from "./request_trace.ts";

/** Requests that may still be under way; beyond that the one that began first is let go. */
const maxActive = 256;
/** Others that are named. */
const maxNamed = 3;

/** Another request that was under way at the same time. */
export interface Overlap {
  readonly id: string;
  readonly startSeconds: number;
  readonly seconds: number;
}

/** How many others there were, and those that were for longest. */
export interface Overlaps {
  count: number;
  longest: readonly Overlap[];
}

/**
 * Finds requests that are under way at the same time, from first to last event, as they come in the
 * order of their starts.
 *
 * Memory: up to 256 that may still be; what was found lives as long as its request.
 */
export class OverlapFinder {
  readonly #found = new WeakMap<RequestTrace, Overlaps>();
  #active: RequestTrace[] = [];

  /** Takes the next request. */
  add(trace: RequestTrace): void {
    const start = traceStart(trace);
    this.#active = this.#active.filter((other) => traceEnd(other) > start);
    for (const other of this.#active) {
      const from = Math.max(start, traceStart(other));
      const seconds = Math.min(traceEnd(trace), traceEnd(other)) - from;
      if (seconds <= 0) continue;
      this.#note(trace, other, seconds);
      this.#note(other, trace, seconds);
    }
    this.#active.push(trace);
    if (this.#active.length > maxActive) this.#active.shift();
  }

  /** What is known by now of those that overlap a request. */
  of(trace: RequestTrace): Overlaps {
    return this.#found.get(trace) ?? { count: 0, longest: [] };
  }

  #note(trace: RequestTrace, other: RequestTrace, seconds: number): void {
    const found = this.of(trace);
    found.count++;
    const all = [...found.longest, { id: other.id, startSeconds: traceStart(other), seconds }];
    found.longest = all.sort((a, b) => b.seconds - a.seconds).slice(0, maxNamed);
    this.#found.set(trace, found);
  }
}

import type { CompactRequest } from "./compact_request.ts";
import { type RequestTrace, traceEnd, traceStart } from "./request_trace.ts";

/** What tells a request from all others: its id, its window, and how many events it has. */
export interface RequestMark {
  readonly id: string;
  readonly firstSeconds: number;
  readonly lastSeconds: number;
  readonly events: number;
}

/** Keeps of a stream of requests the so many that started last; of equal starts the later ones. */
export class LatestRequests {
  /** Requests seen. */
  requests = 0;

  readonly #count: number;
  readonly #marks: RequestMark[] = [];

  constructor(count: number) {
    this.#count = count;
  }

  /** Those kept, oldest first. */
  get marks(): readonly RequestMark[] {
    return this.#marks;
  }

  /** Whether there are as many as wanted. */
  get isFull(): boolean {
    return this.#marks.length === this.#count;
  }

  /** Takes the next request that a table hands out. */
  add(request: CompactRequest): void {
    const { timestamps, count } = request.events;
    const firstSeconds = timestamps[0] ?? Number.NaN;
    if (this.#isTooEarly(firstSeconds)) {
      this.requests++;
      return;
    }
    const lastSeconds = timestamps[count - 1] ?? Number.NaN;
    this.take({ id: request.id, firstSeconds, lastSeconds, events: count });
  }

  /** Takes the next request that an assembler hands out. */
  take(mark: RequestMark): void {
    this.requests++;
    const { firstSeconds } = mark;
    if (this.#isTooEarly(firstSeconds)) return;
    const place = this.#marks.findLastIndex((one) => one.firstSeconds <= firstSeconds) + 1;
    this.#marks.splice(place, 0, mark);
    if (this.#marks.length > this.#count) this.#marks.shift();
  }

  #isTooEarly(firstSeconds: number): boolean {
    const [oldest] = this.#marks;
    return this.isFull && (oldest === undefined || firstSeconds < oldest.firstSeconds);
  }
}

/** A text that two marks share only if they are the same. */
export function markText({ id, firstSeconds, lastSeconds, events }: RequestMark): string {
  return `${firstSeconds} ${lastSeconds} ${events} ${id}`;
}

/** The mark of a request whose events are at hand. */
export function markOf(trace: RequestTrace): RequestMark {
  return {
    id: trace.id,
    firstSeconds: traceStart(trace),
    lastSeconds: traceEnd(trace),
    events: trace.events.length,
  };
}

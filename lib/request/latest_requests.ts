import type { CompactRequest } from "./compact_request.ts";

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
    const { events } = request;
    this.requests++;
    const firstSeconds = events.timestamps[0] ?? Number.NaN;
    const oldest = this.#marks[0];
    if (this.isFull && (oldest === undefined || firstSeconds < oldest.firstSeconds)) return;
    const lastSeconds = events.timestamps[events.count - 1] ?? Number.NaN;
    const mark = { id: request.id, firstSeconds, lastSeconds, events: events.count };
    const place = this.#marks.findLastIndex((one) => one.firstSeconds <= firstSeconds) + 1;
    this.#marks.splice(place, 0, mark);
    if (this.#marks.length > this.#count) this.#marks.shift();
  }
}

/** A text that two marks share only if they are the same. */
export function markText({ id, firstSeconds, lastSeconds, events }: RequestMark): string {
  return `${firstSeconds} ${lastSeconds} ${events} ${id}`;
}

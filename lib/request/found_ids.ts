import { newestWindow, type Window } from "./newest_window.ts";

/** An event that a search has met: when, and which bytes of the file hold its line. */
export interface FoundEvent {
  readonly seconds: number;
  readonly start: number;
  readonly end: number;
}

/** The newest request of an id. */
export interface FoundRequest extends Window {
  readonly id: string;
}

/** Bytes of a file, and the ids in them that matter. */
export interface Stretch {
  readonly start: number;
  readonly end: number;
  readonly ids: ReadonlySet<string>;
}

/**
 * What a search for an id has met, event by event in any order: of the id itself, and as long as there
 * is none of ids that begin so.
 */
export class FoundIds {
  readonly #wanted: string;
  readonly #isPrefix: boolean;
  readonly #idleSeconds: number;
  readonly #events = new Map<string, FoundEvent[]>();

  constructor(wanted: string, isPrefix: boolean, idleSeconds: number) {
    this.#wanted = wanted;
    this.#isPrefix = isPrefix;
    this.#idleSeconds = idleSeconds;
  }

  /** Takes an event of any id. */
  add(id: string, event: FoundEvent): void {
    if (id !== this.#wanted && !(this.#isPrefix && id.startsWith(this.#wanted))) return;
    const events = this.#events.get(id);
    if (events === undefined) this.#events.set(id, [event]);
    else events.push(event);
  }

  /** The window of the newest request of the very id; null if there is none. */
  exactWindow(): Window | null {
    return this.#windowOf(this.#wanted);
  }

  /** The request to be shown: the newest of the id, else the newest whose id begins so. */
  newest(): FoundRequest | null {
    const candidates = this.#candidates();
    return candidates.reduce<FoundRequest | null>((newest, one) => {
      const order = newest === null ? 1 : one.firstSeconds - newest.firstSeconds;
      const isLater = order > 0 || (order === 0 && newest !== null && one.id > newest.id);
      return isLater ? one : newest;
    }, null);
  }

  /** Ids that could have been meant as well, in alphabetical order. */
  others(): readonly string[] {
    const newest = this.newest();
    if (newest === null || newest.id === this.#wanted) return [];
    return [...this.#events.keys()].filter((id) => id !== newest.id).sort();
  }

  /** The bytes that hold the newest request, and all others that might turn out to be newer. */
  stretchOf(newest: FoundRequest): Stretch {
    const rivals = this.#candidates().filter((one) => one.lastSeconds >= newest.firstSeconds);
    let [start, end] = [Number.POSITIVE_INFINITY, 0];
    for (const { id, firstSeconds } of rivals) {
      for (const event of this.#events.get(id) ?? []) {
        if (event.seconds < firstSeconds) continue;
        start = Math.min(start, event.start);
        end = Math.max(end, event.end);
      }
    }
    return { start, end, ids: new Set(rivals.map(({ id }) => id)) };
  }

  /** The newest request of each id that counts. */
  #candidates(): FoundRequest[] {
    const ids = this.#events.has(this.#wanted) ? [this.#wanted] : [...this.#events.keys()];
    return ids.flatMap((id) => {
      const window = this.#windowOf(id);
      return window === null ? [] : [{ id, ...window }];
    });
  }

  #windowOf(id: string): Window | null {
    const seconds = (this.#events.get(id) ?? []).map((event) => event.seconds);
    return newestWindow(seconds, this.#idleSeconds);
  }
}

import type { TimingEvent } from "../event/timing_event.ts";

/** Events held back at most; files that need more overlap, and are to be merged. */
const maxLate = 10_000;

/** Thrown when more events would have to be held back than there is room for. */
export class TooManyLateError extends Error {}

/** What one file still has, in its order. */
interface LateFile {
  readonly index: number;
  readonly events: TimingEvent[];
  /** Which of them is the next. */
  next: number;
}

/**
 * Ends of files whose events come after the first one of the next file: they are held back until it is
 * their turn. Memory: up to 10 000 events.
 */
export class LateEvents {
  readonly #files: LateFile[] = [];
  #count = 0;

  /** Holds back a further event of the file `index`, which comes after all its others. */
  add(index: number, event: TimingEvent): void {
    if (++this.#count > maxLate) throw new TooManyLateError();
    const last = this.#files.at(-1);
    if (last?.index === index) last.events.push(event);
    else this.#files.push({ index, events: [event], next: 0 });
  }

  /**
   * Takes out the earliest of the files' next events if it comes before a moment of the file `index`,
   * else null. At one moment the file that comes first by name does.
   */
  takeBefore(seconds: number, index: number): TimingEvent | null {
    const due = this.#files.filter((file) => isBefore(secondsOf(file), file.index, seconds, index));
    const [first, ...others] = due;
    if (first === undefined) return null;
    const earliest = others.reduce(
      (best, file) =>
        isBefore(secondsOf(file), file.index, secondsOf(best), best.index) ? file : best,
      first,
    );
    const event = earliest.events[earliest.next++] ?? null;
    this.#count--;
    if (earliest.next === earliest.events.length) {
      this.#files.splice(this.#files.indexOf(earliest), 1);
    }
    return event;
  }

  /** Whether nothing is held back. */
  get isEmpty(): boolean {
    return this.#files.length === 0;
  }
}

/** Whether a moment of one file comes before one of another: by time, then by the file's place. */
export function isBefore(a: number, indexA: number, b: number, indexB: number): boolean {
  return a < b || (a === b && indexA < indexB);
}

function secondsOf({ events, next }: LateFile): number {
  return events[next]?.timestampSeconds ?? Number.POSITIVE_INFINITY;
}

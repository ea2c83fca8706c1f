import { decodeLine } from "../event/decode.ts";
import type { RandomAccess } from "./descriptor_source.ts";

/** What stands at some place of a log. */
export interface Probe {
  /** Where the first line that begins at or behind the place begins. */
  readonly lineStart: number;
  /** The lowest and the highest timestamp of a few events from there on, Unix seconds. */
  readonly lowestSeconds: number;
  readonly highestSeconds: number;
}

const newline = 10;
const readBytes = 8 * 1024;
/** Events that are looked at; more would only cost time. */
const enoughEvents = 3;

/**
 * Looks at single places of a log to learn what time it is there: a read of 8 KiB each, or up to the
 * longest line where no event begins in those. Counts its reads.
 */
export class TimeProbe {
  reads = 0;

  readonly #file: RandomAccess;
  readonly #mostBytes: number;
  #buffer = new Uint8Array(readBytes);

  constructor(file: RandomAccess, maxLineBytes: number) {
    this.#file = file;
    this.#mostBytes = readBytes + 2 * maxLineBytes;
  }

  /** Looks at an offset; null if there is no event near. */
  at(offset: number): Probe | null {
    // From the byte before, as a line that begins right here is one.
    const from = Math.max(0, offset - 1);
    for (let length = readBytes; ; length = Math.min(length * 4, this.#mostBytes)) {
      if (this.#buffer.length < length) this.#buffer = new Uint8Array(length);
      this.reads++;
      const count = this.#file.readAt(this.#buffer.subarray(0, length), from);
      const found = probeBytes(this.#buffer.subarray(0, count), from, offset);
      if (found !== null || count < length || length === this.#mostBytes) return found;
    }
  }
}

/** Looks at the whole lines of `bytes`, which stand at `from` in the file. */
function probeBytes(bytes: Uint8Array, from: number, offset: number): Probe | null {
  let start = offset === 0 ? 0 : bytes.indexOf(newline) + 1;
  if (offset > 0 && start === 0) return null;
  let lineStart = from + start;
  let [lowestSeconds, highestSeconds] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  let events = 0;
  // A byte order mark within a file is damage, but would not be at the start of a part.
  while (isByteOrderMark(bytes, start) && lineStart > 0) {
    const next = bytes.indexOf(newline, start) + 1;
    if (next === 0) return null;
    start = next;
    lineStart = from + start;
  }
  while (events < enoughEvents) {
    const end = bytes.indexOf(newline, start);
    if (end < 0) break;
    for (const event of decodeLine(bytes, start, end, false)?.events ?? []) {
      lowestSeconds = Math.min(lowestSeconds, event.timestampSeconds);
      highestSeconds = Math.max(highestSeconds, event.timestampSeconds);
      events++;
    }
    start = end + 1;
  }
  return events === 0 ? null : { lineStart, lowestSeconds, highestSeconds };
}

function isByteOrderMark(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === 0xef && bytes[at + 1] === 0xbb && bytes[at + 2] === 0xbf;
}

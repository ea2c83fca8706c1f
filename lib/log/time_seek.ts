import type { RandomAccess } from "./descriptor_source.ts";
import { type Probe, TimeProbe } from "./time_probe.ts";

/** How a log is searched for a time. */
export interface TimeSeekOptions {
  readonly maxLineBytes: number;
  /** A place found lies at most about so many bytes before the best one. */
  readonly closeBytes: number;
}

/** Reads that one search may cost: for the place, and for looking whether what it rests on is so. */
const mostReads = 20;
const looks = 8;

/**
 * Finds places by time in a log whose lines stand in the order of their timestamps, or nearly: the
 * caller allows for the slack. Costs at most 20 reads of a few KiB, whatever the size.
 *
 * That the order holds is believed, as proof would take a reading of all; but 8 places, near ones
 * closer together than far ones, are looked at, so that a clock which stepped back is noticed unless
 * what it wrote fits between them.
 */
export class TimeSeek {
  readonly #file: RandomAccess;
  readonly #closeBytes: number;
  readonly #probe: TimeProbe;

  constructor(file: RandomAccess, { maxLineBytes, closeBytes }: TimeSeekOptions) {
    this.#file = file;
    this.#closeBytes = closeBytes;
    this.#probe = new TimeProbe(file, maxLineBytes);
  }

  /** Reads made so far. */
  get reads(): number {
    return this.#probe.reads;
  }

  /**
   * A place where a line begins and before which every event is earlier than `seconds`; 0 if that can
   * be said of no other.
   */
  before(seconds: number): number {
    const lastRead = this.reads + mostReads;
    for (let end = this.#file.size; ; ) {
      const found = this.#narrow(end, seconds, lastRead - looks);
      if (found === 0 || this.reads + looks > lastRead) return 0;
      const later = this.#lookBehind(found, seconds);
      if (later === null) return found;
      end = later;
    }
  }

  /** Whether every event from a place on is at `seconds` or later, as far as that can be seen. */
  isAfter(place: number, seconds: number): boolean {
    const { size } = this.#file;
    // The end as well: it is what the clock of today has written.
    for (const distance of [...this.#distances(size - place), size - place - this.#closeBytes]) {
      const probe = this.#probe.at(Math.min(place + Math.max(0, distance), size));
      if (probe !== null && probe.lowestSeconds < seconds) return false;
    }
    return true;
  }

  /** What stands at a place; null if no event is near. */
  at(place: number): Probe | null {
    return this.#probe.at(place);
  }

  /** Closes in on the place between the file's start and `end` where the time is reached. */
  #narrow(end: number, seconds: number, lastRead: number): number {
    const first = this.#probe.at(0);
    if (first === null || first.highestSeconds >= seconds) return 0;
    let [low, lowSeconds] = [0, first.highestSeconds];
    let [high, highSeconds] = [end, Number.NaN];
    // Turns to halve the stretch in, once guessing has not helped.
    let halvings = 0;
    for (let turn = 0; high - low > this.#closeBytes && this.reads < lastRead; turn++) {
      const length = high - low;
      const share = (seconds - lowSeconds) / (highSeconds - lowSeconds);
      // To either side of where even writing would have it, so that two guesses close in on it.
      const toEnd = Math.min(share, 1 - share) * length;
      const margin = Math.max(this.#closeBytes / 3, Math.min(length / 32, toEnd / 4));
      const side = turn % 2 === 1 ? -margin : margin;
      const isGuess = halvings === 0 && share > 0 && share < 1;
      const guess = isGuess ? low + share * length + side : (low + high) / 2;
      const nearEnd = turn === 0 && end === this.#file.size ? high - this.#closeBytes : guess;
      const place = Math.floor(Math.min(high - 1, Math.max(low + 1, nearEnd)));
      const probe = this.#probe.at(place);
      if (probe !== null && probe.highestSeconds < seconds && probe.lineStart < high) {
        low = probe.lineStart;
        lowSeconds = probe.highestSeconds;
      } else {
        high = place;
        highSeconds = probe?.lowestSeconds ?? highSeconds;
      }
      if (!isGuess) halvings = Math.max(0, halvings - 1);
      else if (high - low > length / 2) halvings = 3;
    }
    return low;
  }

  /** The first place found before another whose time is not earlier than `seconds`; null if none is. */
  #lookBehind(place: number, seconds: number): number | null {
    for (const distance of this.#distances(place)) {
      const at = Math.max(0, place - distance);
      const probe = this.#probe.at(at);
      if (probe === null || probe.highestSeconds >= seconds) return at;
    }
    return null;
  }

  /** Distances to look at over a stretch of bytes, from near to far. */
  #distances(length: number): number[] {
    const growth = Math.max(1, length / this.#closeBytes) ** (1 / looks);
    return Array.from({ length: looks }, (_, look) =>
      Math.floor(Math.min(length, this.#closeBytes) * growth ** look),
    );
  }
}

import { type Series, SeriesBuilder } from "./series.ts";

/** Names a table keeps apart; the rest is one series, `other`. */
const maxNames = 4_096;
/** Series with exact percentiles in one table. */
const maxExactSeries = 256;
const otherName = "other";

/** One series of a table, and how much of it lies before the first audio. */
export class SeriesSlot {
  readonly series: SeriesBuilder;
  waitSeconds = 0;
  /** Samples that came here because the table was full. */
  folded = 0;
  readonly #isOther: boolean;

  constructor(exact: boolean, isOther: boolean) {
    this.series = new SeriesBuilder(exact);
    this.#isOther = isOther;
  }

  /**
   * Takes a sample in seconds. `waitSeconds` is the part of it that lies before the first audio, 0 for
   * a request that has none.
   */
  add(seconds: number, waitSeconds: number): void {
    this.series.add(seconds);
    this.waitSeconds += waitSeconds;
    if (this.#isOther) this.folded++;
  }
}

/** A family of series under names that the log brings, bounded whatever it brings. */
export class SeriesTable {
  readonly #slots = new Map<string, SeriesSlot>();
  #other: SeriesSlot | null = null;

  /** Samples that went into `other` because the table was full. */
  get folded(): number {
    return this.#other?.folded ?? 0;
  }

  /** Takes a sample in seconds under a name; see `SeriesSlot.add`. */
  add(name: string, seconds: number, waitSeconds = 0): void {
    this.slot(name).add(seconds, waitSeconds);
  }

  /** The series of a name, for those who add to it often; a new name takes a place in the table. */
  slot(name: string): SeriesSlot {
    const known = this.#slots.get(name);
    if (known !== undefined) return known;
    if (this.#slots.size >= maxNames - 1) {
      this.#other ??= new SeriesSlot(false, true);
      return this.#other;
    }
    const slot = new SeriesSlot(this.#slots.size < maxExactSeries, false);
    this.#slots.set(name, slot);
    return slot;
  }

  /**
   * Reads all series out. With `totalWaitSeconds`, the sum of voice-to-voice, each gets its share of
   * it; with null none has a share.
   */
  summarize(
    order: (a: string, b: string) => number,
    totalWaitSeconds: number | null,
  ): Map<string, Series> {
    const summaries = new Map<string, Series>();
    const read = (name: string, { series, waitSeconds }: SeriesSlot) => {
      const hasShare = totalWaitSeconds !== null && totalWaitSeconds > 0;
      summaries.set(name, series.summarize(hasShare ? waitSeconds / totalWaitSeconds : null));
    };
    const named = [...this.#slots].filter(([, slot]) => slot.series.n > 0);
    for (const [name, slot] of named.sort(([a], [b]) => order(a, b))) read(name, slot);
    if (this.#other !== null) read(otherName, this.#other);
    return summaries;
  }
}

/** Orders names by code unit, the same in every locale. */
export function byCodeUnit(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

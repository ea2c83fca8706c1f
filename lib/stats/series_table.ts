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

  /** With `exact` false percentiles come from a sketch from the first sample on. */
  constructor(exact: boolean) {
    this.series = new SeriesBuilder(exact);
  }

  /**
   * Takes a sample in seconds. `waitSeconds` is the part of it that lies before the first audio, 0 for
   * a request that has none.
   */
  add(seconds: number, waitSeconds: number): void {
    this.series.add(seconds);
    this.waitSeconds += waitSeconds;
  }
}

/** A family of series under names that the log brings, bounded whatever it brings. */
export class SeriesTable {
  readonly #slots = new Map<string, SeriesSlot>();
  /** Where further names go once the table is full, and how many samples it had before. */
  #other: { readonly slot: SeriesSlot; readonly before: number } | null = null;

  /** Samples that went into `other` because the table was full. */
  get folded(): number {
    return this.#other === null ? 0 : this.#other.slot.series.n - this.#other.before;
  }

  /** Takes a sample in seconds under a name; see `SeriesSlot.add`. */
  add(name: string, seconds: number, waitSeconds = 0): void {
    this.slot(name).add(seconds, waitSeconds);
  }

  /** The series of a name, for those who add to it often; a new name takes a place in the table. */
  slot(name: string): SeriesSlot {
    const known = this.#slots.get(name) ?? this.#other?.slot;
    if (known !== undefined) return known;
    if (this.#slots.size >= maxNames) return this.#openOther();
    const slot = new SeriesSlot(this.#slots.size < maxExactSeries);
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
    const filled = [...this.#slots].filter(([, slot]) => slot.series.n > 0);
    for (const [name, { series, waitSeconds }] of filled.sort(([a], [b]) => order(a, b))) {
      const hasShare = totalWaitSeconds !== null && totalWaitSeconds > 0;
      summaries.set(name, series.summarize(hasShare ? waitSeconds / totalWaitSeconds : null));
    }
    return summaries;
  }

  /** The series for all further names: one that is called so already, or one on top of the others. */
  #openOther(): SeriesSlot {
    const slot = this.#slots.get(otherName) ?? new SeriesSlot(false);
    this.#slots.set(otherName, slot);
    this.#other = { slot, before: slot.series.n };
    return slot;
  }
}

/** Orders names by code unit, the same in every locale. */
export function byCodeUnit(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

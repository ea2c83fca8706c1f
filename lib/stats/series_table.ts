import { type Series, SeriesBuilder } from "./series.ts";

/** Names a table keeps apart; the rest is one series, `other`. */
const maxNames = 4_096;
/** Series with exact percentiles in one table. */
const maxExactSeries = 256;
const otherName = "other";

interface Entry {
  readonly series: SeriesBuilder;
  waitSeconds: number;
}

/** A family of series under names that the log brings, bounded whatever it brings. */
export class SeriesTable {
  /** Samples that went into `other` because the table was full. */
  folded = 0;

  readonly #entries = new Map<string, Entry>();

  /**
   * Takes a sample in seconds under a name. `waitSeconds` is the part of it that lies before the first
   * audio, 0 for a request that has none.
   */
  add(name: string, seconds: number, waitSeconds = 0): void {
    const entry = this.#entries.get(name) ?? this.#newEntry(name);
    entry.series.add(seconds);
    entry.waitSeconds += waitSeconds;
  }

  /**
   * Reads all series out. With `totalWaitSeconds`, the sum of voice-to-voice, each gets its share of
   * it; with null none has a share.
   */
  summarize(
    order: (a: string, b: string) => number,
    totalWaitSeconds: number | null,
  ): Map<string, Series> {
    const names = [...this.#entries.keys()].sort(order);
    const summaries = new Map<string, Series>();
    for (const name of names) {
      const entry = this.#entries.get(name);
      const hasShare = totalWaitSeconds !== null && totalWaitSeconds > 0;
      const share = hasShare && entry !== undefined ? entry.waitSeconds / totalWaitSeconds : null;
      if (entry !== undefined) summaries.set(name, entry.series.summarize(share));
    }
    return summaries;
  }

  #newEntry(name: string): Entry {
    const names = this.#entries.size - (this.#entries.has(otherName) ? 1 : 0);
    const key = names < maxNames ? name : otherName;
    if (key !== name) this.folded++;
    const known = this.#entries.get(key);
    if (known !== undefined) return known;
    const isExact = this.#entries.size < maxExactSeries;
    const entry = { series: new SeriesBuilder(isExact), waitSeconds: 0 };
    this.#entries.set(key, entry);
    return entry;
  }
}

/** Orders names by code unit, the same in every locale. */
export function byCodeUnit(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

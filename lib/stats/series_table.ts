import { type Series, SeriesBuilder } from "./series.ts";

/** Names a table keeps apart; the rest is one series, `other`. */
const maxNames = 4_096;
/** Series with exact percentiles in one table. */
const maxExactSeries = 256;
const otherName = "other";

/** One series of a table, and how much of it lies before the first audio. */
export class SeriesSlot {
  readonly series: SeriesBuilder;
  /** True if samples of several names meet here, in an order that matters to their sum. */
  readonly isShared: boolean;
  waitSeconds = 0;

  constructor(series: SeriesBuilder, isShared: boolean) {
    this.series = series;
    this.isShared = isShared;
  }

  /**
   * Takes a sample in seconds. `waitSeconds` is the part of it that lies before the first audio, 0 for
   * a request that has none.
   */
  add(seconds: number, waitSeconds: number): void {
    this.series.add(seconds);
    this.waitSeconds += waitSeconds;
  }

  /** Takes `count` samples, each as two numbers of `samples` from place `from` on: see `add`. */
  addAll(samples: Float64Array, from: number, count: number): void {
    this.series.addAll(samples, from, count, 2);
    let waitSeconds = this.waitSeconds;
    for (let at = from + 1; at < from + count * 2; at += 2) waitSeconds += samples[at] ?? 0;
    this.waitSeconds = waitSeconds;
  }
}

/** A family of series under names that the log brings, bounded whatever it brings. */
export class SeriesTable {
  readonly #slots = new Map<string, SeriesSlot>();
  /** Where further names go once the table is full. */
  #folded: FoldedSlot | null = null;

  /** Samples that went into `other` because the table was full. */
  get folded(): number {
    return this.#folded?.count ?? 0;
  }

  /** Takes a sample in seconds under a name; see `SeriesSlot.add`. */
  add(name: string, seconds: number, waitSeconds = 0): void {
    this.slot(name).add(seconds, waitSeconds);
  }

  /** The series of a name, for those who add to it often; a new name takes a place in the table. */
  slot(name: string): SeriesSlot {
    const known = this.#slots.get(name);
    if (known !== undefined) return known;
    const names = this.#slots.size - (this.#slots.has(otherName) ? 1 : 0);
    if (names < maxNames || name === otherName) return this.#newSlot(name);
    this.#folded ??= new FoldedSlot(this.slot(otherName));
    return this.#folded;
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

  #newSlot(name: string): SeriesSlot {
    const slot = new SeriesSlot(
      new SeriesBuilder(this.#slots.size < maxExactSeries),
      name === otherName,
    );
    this.#slots.set(name, slot);
    return slot;
  }
}

/** The slot of all names for which there is no room: counts what it passes on to another. */
class FoldedSlot extends SeriesSlot {
  count = 0;
  readonly #target: SeriesSlot;

  constructor(target: SeriesSlot) {
    super(target.series, true);
    this.#target = target;
  }

  override add(seconds: number, waitSeconds: number): void {
    this.count++;
    this.#target.add(seconds, waitSeconds);
  }

  override addAll(samples: Float64Array, from: number, count: number): void {
    this.count += count;
    this.#target.addAll(samples, from, count);
  }
}

/** Orders names by code unit, the same in every locale. */
export function byCodeUnit(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

import { ExactSum } from "./exact_sum.ts";
import { type Series, SeriesBuilder, type SeriesParts } from "./series.ts";

/** Names a table keeps apart; the rest is one series, `other`. */
const maxNames = 4_096;
/** Series with exact percentiles in one table. */
const maxExactSeries = 256;
const otherName = "other";

/** What was gathered elsewhere of one series of a table, as plain numbers. */
export interface SlotParts {
  readonly series: SeriesParts;
  /** Numbers whose sum is the time before the first audio. */
  readonly wait: readonly number[];
  /** Requests that it was met in. */
  readonly requests: number;
  /** Samples that came under this name, wherever they went. */
  readonly taken: number;
}

/** One series of a table, and how much of it lies before the first audio. */
export class SeriesSlot {
  readonly series: SeriesBuilder;
  readonly waitSeconds = new ExactSum();
  /** Requests that it was met in, where `meet` is told. */
  requests = 0;
  #lastRequest = -1;

  constructor(series: SeriesBuilder) {
    this.series = series;
  }

  /**
   * Takes a sample in seconds. `waitSeconds` is the part of it that lies before the first audio, 0 for
   * a request that has none.
   */
  add(seconds: number, waitSeconds: number): void {
    this.series.add(seconds);
    this.waitSeconds.add(waitSeconds);
  }

  /** The slot where samples really go: this one, if it is not full of names. */
  get target(): SeriesSlot {
    return this;
  }

  /** Takes in what was gathered elsewhere. */
  merge({ series, wait, requests }: SlotParts): void {
    this.series.merge(series);
    this.waitSeconds.merge(wait);
    this.requests += requests;
  }

  /** Notes that it was met in the request at hand, by its number; once and again is once. */
  meet(request: number): void {
    if (request === this.#lastRequest) return;
    this.#lastRequest = request;
    this.requests++;
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

  /**
   * Whether it makes no difference in which order names are met: true unless there are so many that the
   * later ones get a sketch.
   */
  get isOrderFree(): boolean {
    return this.#slots.size <= maxExactSeries;
  }

  /** Whether it is free of order with the names of others too. */
  isOrderFreeWith(others: readonly Pick<ReadonlyMap<string, unknown>, "keys">[]): boolean {
    const names = new Set([this.#slots, ...others].flatMap((one) => [...one.keys()]));
    return names.size <= maxExactSeries;
  }

  /** All series by their names. */
  get slots(): ReadonlyMap<string, SeriesSlot> {
    return this.#slots;
  }

  /** Takes in what was gathered elsewhere, under its names. */
  merge(parts: ReadonlyMap<string, SlotParts>): void {
    for (const [name, part] of parts) this.slot(name).merge(part);
  }

  /** The series of a name that has one of its own; `other` has not, if it holds what was folded. */
  find(name: string): SeriesSlot | null {
    if (name === otherName && this.#folded !== null) return null;
    return this.#slots.get(name) ?? null;
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
      summaries.set(
        name,
        series.summarize(hasShare ? waitSeconds.read() / totalWaitSeconds : null),
      );
    }
    return summaries;
  }

  #newSlot(name: string): SeriesSlot {
    const slot = new SeriesSlot(new SeriesBuilder(this.#slots.size < maxExactSeries));
    this.#slots.set(name, slot);
    return slot;
  }
}

/** The slot of all names for which there is no room: counts what it passes on to another. */
class FoldedSlot extends SeriesSlot {
  count = 0;
  readonly #target: SeriesSlot;

  constructor(target: SeriesSlot) {
    super(target.series);
    this.#target = target;
  }

  override add(seconds: number, waitSeconds: number): void {
    this.count++;
    this.#target.add(seconds, waitSeconds);
  }

  override get target(): SeriesSlot {
    return this.#target;
  }

  override merge({ taken }: SlotParts): void {
    this.count += taken;
  }

  override meet(request: number): void {
    this.#target.meet(request);
  }
}

/** Orders names by code unit, the same in every locale. */
export function byCodeUnit(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

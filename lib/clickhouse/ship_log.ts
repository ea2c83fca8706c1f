import type { OpenLog } from "../log/file_source.ts";
import type { ReadProgress } from "../log/read_progress.ts";
import type { Checkpoint, Shipped } from "../log/shipping/checkpoint.ts";
import type { Parcel } from "../log/shipping/parcel.ts";
import { extentOf, type ShippedExtent } from "../log/shipping/shipped_logs.ts";
import { generationOf } from "./generation.ts";
import { RangeReader } from "./range_reader.ts";
import { RangeRows, shippedOf } from "./range_rows.ts";

/** How logs are shipped. */
export interface ShipOptions {
  readonly host: string;
  readonly maxLineBytes: number;
  /** Leaves a last line that has not ended for later. */
  readonly wholeLines: boolean;
  /** Where parcels go. What it throws ends the shipping. */
  readonly delivery: Delivery;
  /** Asked between ranges. */
  readonly isToStop: () => boolean;
  /** Told of what is read, and of what need not be as it is known to be stored. */
  readonly progress?: ReadProgress | undefined;
}

/** The way to the server, whatever it takes. */
export interface Delivery {
  /**
   * Sends the events of a parcel until they are stored, or puts the parcel aside because they will never
   * be taken; true if they are stored.
   */
  events(parcel: Parcel): Promise<boolean>;
  /** Sends the counts of parcels until they are stored. */
  counts(parcels: readonly Parcel[]): Promise<void>;
}

/** What was shipped. */
export interface Shipment {
  readonly events: number;
  readonly ranges: number;
  /** Bytes of the log, after unpacking. */
  readonly bytes: number;
}

/**
 * Every insert costs the server some milliseconds, that of counts most of all: for a third of a second of
 * work it is made once.
 */
const rangesPerCheckpoint = 8;

/**
 * Ships what of a log is not known to be stored, range by range. While one is on its way, and there is
 * never more than one, the next is read. When some are stored their counts follow, and when these are
 * stored the checkpoint is written, never before.
 *
 * Memory: a range as rows, the texts that these were made of, two packed ones, and a `LogScan`.
 *
 * @throws AccessError if the log cannot be read or the checkpoint cannot be written.
 */
export async function shipLog(
  open: OpenLog,
  checkpoint: Checkpoint,
  options: ShipOptions,
): Promise<Shipment> {
  const { progress, wholeLines } = options;
  const extent = extentOf(open, wholeLines, progress);
  const head = await extent.read(0);
  const generation = await generationOf(head, options.maxLineBytes);
  head.close();
  const known = generation === null ? null : checkpoint.find(generation);
  const isShipped = known?.isComplete || (known?.size === extent.size && !extent.isFinished);
  // What is packed can only be read from its start.
  const start = extent.size === null ? 0 : known?.start;
  progress?.leaveOut((isShipped ? open.access?.size : start) ?? 0);
  if (generation === null || isShipped) return { events: 0, ranges: 0, bytes: 0 };
  const shipping = new LogShipping(open.name, extent, generation, checkpoint, options);
  // What is known to be stored may since have become other bytes: then it is another log.
  return (await shipping.run(known)) ?? (await shipping.run(null)) ?? shipping.shipment;
}

/** One log on its way. */
class LogShipping {
  shipment: Shipment = { events: 0, ranges: 0, bytes: 0 };

  readonly #name: string;
  readonly #extent: ShippedExtent;
  readonly #generation: string;
  readonly #checkpoint: Checkpoint;
  readonly #options: ShipOptions;
  /** Ranges that are done with, but for their counts and the checkpoint. */
  #done: { readonly parcel: Parcel; readonly stored: Shipped; readonly isStored: boolean }[] = [];
  readonly #rows: RangeRows;

  constructor(
    name: string,
    extent: ShippedExtent,
    generation: string,
    checkpoint: Checkpoint,
    options: ShipOptions,
  ) {
    this.#name = name;
    this.#extent = extent;
    this.#generation = generation;
    this.#checkpoint = checkpoint;
    this.#options = options;
    this.#rows = new RangeRows({ host: options.host, generation });
  }

  /** Ships all from behind what is known to be stored; null, and nothing is sent, if that has changed. */
  async run(known: Shipped | null): Promise<Shipment | null> {
    const { maxLineBytes, isToStop } = this.#options;
    const start = known?.start ?? 0;
    const file = await this.#extent.read(start);
    const rows = this.#rows;
    const reader = new RangeReader(file, start, maxLineBytes, (...row) => rows.take(...row));
    let delivery = Promise.resolve();
    let last: Shipped | null = null;
    try {
      rows.begin(known?.end ?? 0);
      let range = await reader.next(known?.end ?? null);
      if (known !== null && known.end > start && range?.probe !== known.hash) return null;
      while (range !== null) {
        const parcel = rows.parcel(this.#name, range);
        const stored = shippedOf(range, false);
        await delivery;
        if (isToStop()) break;
        delivery = this.#deliver(parcel, stored);
        // It is awaited later; until then a failure must not count as one that nobody looks after.
        delivery.catch(() => {});
        last = stored;
        rows.begin(0);
        // A range leaves some 20 MB of short texts behind, which would stay for a while.
        Bun.gc(true);
        range = await reader.next();
      }
      await delivery;
      await this.#conclude();
    } finally {
      await delivery.catch(() => {});
      file.close();
    }
    const done = last ?? known;
    if (this.#extent.isFinished && done !== null && !isToStop()) {
      this.#checkpoint.note(this.#generation, { ...done, isComplete: true });
    }
    return this.shipment;
  }

  async #deliver(parcel: Parcel, stored: Shipped): Promise<void> {
    const isStored = await this.#options.delivery.events(parcel);
    this.#done.push({ parcel: withoutEvents(parcel), stored, isStored });
    if (this.#done.length >= rangesPerCheckpoint) await this.#conclude();
  }

  /** Sends the counts of what is stored, and then knows it. */
  async #conclude(): Promise<void> {
    const last = this.#done.at(-1);
    if (last === undefined) return;
    const stored = this.#done.filter(({ isStored }) => isStored).map(({ parcel }) => parcel);
    await this.#options.delivery.counts(stored);
    this.#checkpoint.note(this.#generation, last.stored);
    const sum = (of: (parcel: Parcel) => number) =>
      stored.reduce((total, parcel) => total + of(parcel), 0);
    const { events, ranges, bytes } = this.shipment;
    this.shipment = {
      events: events + sum(({ eventRows }) => eventRows),
      ranges: ranges + stored.length,
      bytes: bytes + sum(({ from, to }) => to - from),
    };
    this.#done = [];
  }
}

/** Rows that are stored need no room any more. */
function withoutEvents(parcel: Parcel): Parcel {
  return { ...parcel, events: new Uint8Array(0) };
}

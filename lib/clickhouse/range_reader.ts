import type { ProblemKind } from "../event/decode.ts";
import type { LogFile } from "../log/file_source.ts";
import { LogScan } from "../log/scan_log.ts";
import { Tally } from "../log/tally.ts";
import { EventRows, type TakeRow } from "./event_rows.ts";
import { RangeCutter } from "./range_cutter.ts";

/** A range of a log, and what was met in it. */
export interface LogRange {
  readonly start: number;
  readonly end: number;
  readonly hash: string;
  /** Its whole lines alone: a last one that has not ended may still become another. */
  readonly wholeLines: { readonly end: number; readonly hash: string };
  readonly events: number;
  readonly lines: number;
  readonly blank: number;
  readonly recovered: number;
  readonly nulHoles: number;
  readonly fallbackLines: number;
  readonly problems: Readonly<Record<ProblemKind, number>>;
  /** The hash up to the place that was asked for; null if the range does not reach it. */
  readonly probe: string | null;
}

/**
 * Reads the ranges of a log one after the other, and hands out their events as rows.
 *
 * Memory: that of a `LogScan`.
 */
export class RangeReader {
  readonly #cutter: RangeCutter;
  readonly #scan: LogScan;
  readonly #rows: EventRows;

  /** `file` begins at `start`, where a range does. */
  constructor(file: LogFile, start: number, maxLineBytes: number, take: TakeRow) {
    this.#cutter = new RangeCutter(file, start);
    this.#scan = new LogScan({ ...file, close: () => {} }, new Tally(), { maxLineBytes });
    this.#rows = new EventRows(this.#scan.scanner, take);
  }

  /**
   * Reads the next range; null behind the last one. `probeAt` is a place up to which it is hashed
   * separately, too.
   *
   * @throws AccessError if the file cannot be read.
   */
  async next(probeAt: number | null = null): Promise<LogRange | null> {
    const cutter = this.#cutter;
    if (cutter.isOver) return null;
    const start = cutter.position;
    const tally = new Tally();
    this.#scan.turnTo(cutter.next(probeAt), tally, start);
    await this.#scan.run(this.#rows);
    const end = cutter.position;
    if (end === start && tally.problems === 0) return null;
    const { lines, nulHoles, fallbackLines } = this.#scan;
    const { events, blank, recovered, kinds: problems } = tally;
    const counts = { events, lines, blank, recovered, nulHoles, fallbackLines, problems };
    const hashes = { hash: cutter.hash(), wholeLines: cutter.lines(), probe: cutter.probe };
    return { start, end, ...hashes, ...counts };
  }
}

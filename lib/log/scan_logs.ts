import { decodeLine } from "../event/decode.ts";
import type { EventTaker } from "../event/scanner/event_taker.ts";
import type { TimingEvent } from "../event/timing_event.ts";
import { findLogs } from "./find_logs.ts";
import { isBefore, LateEvents, TooManyLateError } from "./late_events.ts";
import { openLogs } from "./open_logs.ts";
import { maxBegunAtOnce, type ReadReport } from "./read_log.ts";
import { LogScan, type ScanOptions } from "./scan_log.ts";
import { QueuedScan } from "./scan_queue.ts";
import { joinScanReports } from "./scan_report.ts";
import { ScannedBytes } from "./scanned_bytes.ts";
import { Tally } from "./tally.ts";

/**
 * Scans logs one after the other, the earliest first, and hands out their events in the order in which
 * `readLog` merges them. That takes no merging as long as each log ends before the next one begins, as
 * archives do and the log that they were cut from. The few events that do not are held back until it
 * is their turn.
 *
 * Memory: that of one `LogScan`, whatever the number of logs, and up to 10 000 events held back.
 */
export class LogsScan {
  /** Reads one log after the other. */
  readonly scan: LogScan;

  readonly #logs: readonly QueuedScan[];
  readonly #options: ScanOptions;
  readonly #late = new LateEvents();
  /** Those that have been scanned, in that order, and where each begins, counted through all of them. */
  readonly #scanned: { readonly log: QueuedScan; readonly from: number }[] = [];
  #scannedBytes = 0;

  private constructor(logs: readonly QueuedScan[], options: ScanOptions) {
    this.#logs = logs;
    this.#options = options;
    this.scan = new LogScan(nothing, new Tally(), options);
  }

  /**
   * Opens logs. Null where they cannot be scanned: for no log at all, and for several if one of them can
   * be read only once, as they may turn out to overlap.
   *
   * @throws AccessError if a file cannot be opened.
   */
  static async open(files: readonly string[], options: ScanOptions): Promise<LogsScan | null> {
    const sources = await openLogs(files, findLogs, options.progress);
    const logs = sources.map((source, index) => new QueuedScan(source, index));
    const isOpen = logs.length === 1 || sources.every((source) => source.isLasting);
    if (logs.length > 0 && isOpen) return new LogsScan(logs, options);
    for (const log of logs) log.close();
    return null;
  }

  /**
   * Reads all logs to their ends. False if they overlap so far that they have to be
   * merged instead: what was taken until then counts for nothing.
   *
   * @throws AccessError if a file cannot be opened or read.
   */
  async run(taker: EventTaker): Promise<boolean> {
    try {
      await this.#peek();
      const waiting = this.#logs.toSorted((a, b) => a.seconds - b.seconds || a.index - b.index);
      for (let log = waiting.shift(); log !== undefined; log = waiting.shift()) {
        this.#takeLateBefore(log.seconds, log.index, taker);
        this.#scanned.push({ log, from: this.#scannedBytes });
        if (!(await this.#scanOne(log, waiting[0] ?? null, taker))) return false;
        this.#scannedBytes += log.bytes;
        log.rest();
      }
      this.#takeLateBefore(Number.POSITIVE_INFINITY, this.#logs.length, taker);
      return true;
    } catch (error) {
      if (error instanceof TooManyLateError) return false;
      throw error;
    }
  }

  /** Reads parts of what has been scanned again, before it is closed. */
  again(): ScannedBytes {
    return new ScannedBytes(
      this.#scanned.map(({ log, from }) => ({ from, bytes: log.bytes, open: () => log.reopen() })),
    );
  }

  /** Closes all logs. */
  close(): void {
    for (const log of this.#logs) log.close();
  }

  /** What has been read. */
  report(): ReadReport {
    return joinScanReports(this.#logs, this.#isEachBegunAtOnce);
  }

  get #isEachBegunAtOnce(): boolean {
    return this.#logs.length <= maxBegunAtOnce;
  }

  async #peek(): Promise<void> {
    if (this.#logs.length === 1) return;
    for (const log of this.#logs) {
      if (log.range === null) await log.peek(this.#options.maxLineBytes, this.#isEachBegunAtOnce);
    }
  }

  /** Scans a log up to where `next` begins, and holds back the rest; false if that is impossible. */
  async #scanOne(log: QueuedScan, next: QueuedScan | null, taker: EventTaker): Promise<boolean> {
    const { scan } = this;
    const { tally } = log;
    const file = log.open().read();
    const turn = new LogTurn(log, next);
    scan.turnTo(file, tally, 0);
    const isOnly = this.#logs.length === 1;
    try {
      await scan.run(isOnly ? taker : this.#inTurn(log.index, turn, taker));
    } finally {
      file.close();
    }
    const { lines, nulHoles, bytesRead, fallbackLines } = scan;
    log.counts = { lines, nulHoles, bytesRead, fallbackLines };
    return !turn.hasLateProblems;
  }

  /** Takes the events of one log as long as it is its turn, each after those held back before it. */
  #inTurn(index: number, turn: LogTurn, taker: EventTaker): EventTaker {
    const { scanner } = this.scan;
    const start = this.#scannedBytes;
    return {
      takeRecords: (from, to, offset) => {
        for (let record = from; record < to; record++) {
          const seconds = scanner.timestampOf(record);
          if (turn.isOver(seconds)) this.#late.add(index, this.#eventOf(record));
          else {
            this.#takeLateBefore(seconds, index, taker);
            taker.takeRecords(record, record + 1, start + offset);
          }
        }
      },
      takeEvent: (event, fromByte, toByte, eventByte) => {
        if (turn.isOver(event.timestampSeconds)) this.#late.add(index, event);
        else {
          this.#takeLateBefore(event.timestampSeconds, index, taker);
          taker.takeEvent(event, start + fromByte, start + toByte, start + eventByte);
        }
      },
    };
  }

  /** A record's event as an object that stays when the scanner moves on. */
  #eventOf(record: number): TimingEvent {
    const { scanner } = this.scan;
    const [start, end] = [scanner.startOf(record), scanner.endOf(record)];
    const event = decodeLine(scanner.input, start, end, false)?.events[0];
    if (event === undefined) throw new Error("The scanner took a line that is no event");
    return event;
  }

  #takeLateBefore(seconds: number, index: number, taker: EventTaker): void {
    while (!this.#late.isEmpty) {
      const event = this.#late.takeBefore(seconds, index);
      if (event === null) return;
      // Where it stood is not kept: there are few of them.
      taker.takeEvent(event, Number.NaN, Number.NaN, Number.NaN);
    }
  }
}

/** The time in which a log's events are the next ones. */
class LogTurn {
  readonly #log: QueuedScan;
  readonly #next: QueuedScan | null;
  /** Problems up to the first event that comes too late; -1 as long as none has come. */
  #problems = -1;

  constructor(log: QueuedScan, next: QueuedScan | null) {
    this.#log = log;
    this.#next = next;
  }

  /** Whether an event must wait, as one before it must or the next log begins earlier. */
  isOver(seconds: number): boolean {
    this.#log.noteEvent();
    if (this.#problems >= 0) return true;
    if (this.#next === null) return false;
    const { seconds: nextSeconds, index } = this.#next;
    if (isBefore(seconds, this.#log.index, nextSeconds, index)) return false;
    this.#problems = this.#log.tally.problems;
    return true;
  }

  /** Problems among what waits: they would have to be listed among those of the next log. */
  get hasLateProblems(): boolean {
    return this.#problems >= 0 && this.#problems < this.#log.tally.problems;
  }
}

/** Before the first log there is nothing to read. */
const nothing = { name: "", read: () => 0, damage: () => null, close: () => {} };

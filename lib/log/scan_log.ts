import { notJson, tornBeside } from "../event/decode.ts";
import type { EventTaker } from "../event/scanner/event_taker.ts";
import { LineScanner, type OddLine, oddLine } from "../event/scanner/line_scanner.ts";
import type { LineSpan } from "../ndjson/line_reader.ts";
import { ExactLines } from "./exact_lines.ts";
import type { LogFile } from "./file_source.ts";
import type { ReadReport } from "./read_log.ts";
import type { ReadProgress } from "./read_progress.ts";
import type { Tally } from "./tally.ts";

/** How a log is scanned. */
export interface ScanOptions {
  readonly maxLineBytes: number;
  /** Bytes per read; results do not depend on it. */
  readonly blockBytes?: number;
  /** Leaves every line to the exact path: slower, with the same result. */
  readonly exactOnly?: boolean;
  /** Told of what is read. */
  readonly progress?: ReadProgress;
}

const newline = 10;
const defaultBlockBytes = 256 * 1024;
const longLineBlockBytes = 64 * 1024;

/**
 * Reads the events of one file at gigabytes a second: lines of the canonical layout by the scanner,
 * which makes no string and no object of them, all others by the exact path.
 *
 * Memory: a block and a line of the longest length allowed.
 */
export class LogScan {
  /** Line ends met, plus an unended last line. */
  lines = 0;
  bytesRead = 0;
  /** Lines that the scanner left to the exact path. */
  fallbackLines = 0;
  readonly scanner: LineScanner;

  #file: LogFile;
  #tally: Tally;
  readonly #options: ScanOptions;
  readonly #blockBytes: number;
  readonly #capacity: number;
  /** Offset in the file of the input's first byte. */
  #base = 0;
  #exact: ExactLines;
  /** Bytes in the input that are not yet taken: the beginning of a line. */
  #kept = 0;

  constructor(file: LogFile, tally: Tally, options: ScanOptions) {
    this.#file = file;
    this.#base = file.from ?? 0;
    this.#tally = tally;
    this.#exact = new ExactLines(file, tally, options.maxLineBytes);
    this.#options = options;
    this.#blockBytes = options.blockBytes ?? defaultBlockBytes;
    // At least what may be a byte order mark.
    this.#capacity = Math.max(options.maxLineBytes + this.#blockBytes, 3);
    // One byte more: an unended last line is given its newline.
    this.scanner = new LineScanner(this.#capacity + 1, options.maxLineBytes);
  }

  /**
   * Turns to another stretch of the file, once one has been read: `offset` is where its first byte lies,
   * behind a line end or at the start. All counts begin anew.
   */
  turnTo(file: LogFile, tally: Tally, offset: number): void {
    this.#file = file;
    this.#tally = tally;
    this.#exact = new ExactLines(file, tally, this.#options.maxLineBytes);
    this.#base = offset;
    this.#kept = 0;
    this.lines = 0;
    this.bytesRead = 0;
    this.fallbackLines = 0;
  }

  /** Reads the file to its end and closes it; the taker gets every event, in the order of the file. */
  async run(taker: EventTaker): Promise<void> {
    let isStart = this.#base === 0;
    while (true) {
      const count = await this.#read();
      const filled = this.#kept + count;
      if (isStart && filled < 3 && count > 0) {
        this.#kept = filled;
        continue;
      }
      const from = isStart && this.#hasByteOrderMark(filled) ? 3 : 0;
      // A line that goes on is not looked at again before it ends. At the end of the file all is: of a
      // small one nothing has been taken yet.
      const goesOn = !isStart && count > 0 && !this.#hasNewline(this.#kept, filled);
      isStart = false;
      if (goesOn) this.#kept = filled;
      else this.#keep(this.#takeLines(from, filled, taker), filled);
      if (count === 0) {
        this.#takeTail(taker);
        break;
      }
      if (this.#kept > this.#options.maxLineBytes) await this.#takeLongLine(taker);
    }
    const damage = this.#file.damage();
    if (damage !== null && !this.#exact.hasToldDamage) {
      this.#tally.addEnd(this.#file.name, this.lines + 1, this.bytesRead, damage);
    }
    this.#file.close();
  }

  /** Holes of zeros that part lines. */
  get nulHoles(): number {
    return this.#exact.nulHoles;
  }

  /** What has been read. */
  report(): ReadReport {
    const { events, recovered, blank, problems, kinds, first } = this.#tally;
    return {
      files: [this.#file.name],
      scope: "whole",
      bytes: this.bytesRead,
      bytesRead: this.bytesRead,
      lines: this.lines,
      events,
      recovered,
      blank,
      nulHoles: this.nulHoles,
      fallbackLines: this.fallbackLines,
      problems: { total: problems, kinds, first },
    };
  }

  async #read(): Promise<number> {
    const room = this.scanner.input.subarray(
      this.#kept,
      Math.min(this.#kept + this.#blockBytes, this.#capacity),
    );
    const read = this.#file.read(room);
    const count = typeof read === "number" ? read : await read;
    this.bytesRead += count;
    return count;
  }

  #hasByteOrderMark(filled: number): boolean {
    const { input } = this.scanner;
    return filled >= 3 && input[0] === 0xef && input[1] === 0xbb && input[2] === 0xbf;
  }

  #hasNewline(from: number, filled: number): boolean {
    return this.scanner.input.subarray(from, filled).includes(newline);
  }

  /** Moves what is not taken to the front of the input. */
  #keep(from: number, filled: number): void {
    if (from > 0) this.scanner.input.copyWithin(0, from, filled);
    this.#base += from;
    this.#kept = filled - from;
  }

  /** Takes all whole lines of `input[from..filled)`; returns where the unfinished one begins. */
  #takeLines(from: number, filled: number, taker: EventTaker): number {
    const { scanner } = this;
    for (let at = from; ; at = scanner.consumed) {
      const records = scanner.scan(at, filled);
      if (this.#options.exactOnly) {
        for (let record = 0; record < records; record++) this.#takeExactly(record, taker);
      } else this.#takeScanned(records, taker);
      if (records < scanner.capacity) return scanner.consumed;
    }
  }

  #takeScanned(records: number, taker: EventTaker): void {
    const { scanner } = this;
    let taken = 0;
    for (let odd = scanner.nextOdd(0, records); odd < records; ) {
      const [start, end] = [scanner.startOf(odd), scanner.endOf(odd)];
      const found = scanner.readOdd(odd);
      if (found === oddLine.event) {
        // It goes with those around it.
        this.fallbackLines++;
      } else {
        if (odd > taken) this.#takeRecords(taken, odd, taker);
        if (found === oddLine.unknown) this.#takeExactly(odd, taker);
        else this.#takeDamaged(found, odd, start, end, taker);
        taken = odd + 1;
      }
      odd = scanner.nextOdd(odd + 1, records);
    }
    if (records > taken) this.#takeRecords(taken, records, taker);
  }

  /** Takes a line that is no event, as far as the scanner says. */
  #takeDamaged(
    found: OddLine,
    record: number,
    start: number,
    end: number,
    taker: EventTaker,
  ): void {
    this.fallbackLines++;
    this.lines++;
    if (found === oddLine.blank) {
      this.#tally.blank++;
      return;
    }
    const isTorn = found === oddLine.tornBeforeEvent;
    this.#tally.addProblem(
      this.#file.name,
      this.#spanOf(start, end, "newline"),
      isTorn ? tornBeside(1) : notJson,
    );
    if (!isTorn) return;
    this.#tally.recovered++;
    this.#tally.events++;
    taker.takeRecords(record, record + 1, this.#base);
  }

  #takeExactly(record: number, taker: EventTaker): void {
    const { scanner } = this;
    this.#takeOdd(scanner.startOf(record), scanner.endOf(record), "newline", taker);
  }

  #takeRecords(from: number, to: number, taker: EventTaker): void {
    this.lines += to - from;
    this.#tally.events += to - from;
    taker.takeRecords(from, to, this.#base);
  }

  /** Takes a line that the scanner declined. */
  #takeOdd(start: number, end: number, terminator: "newline" | "end", taker: EventTaker): void {
    this.lines++;
    if (!this.#options.exactOnly) this.fallbackLines++;
    this.#exact.take(this.#spanOf(start, end, terminator), taker);
  }

  /** The last line met, as it stands in the input. */
  #spanOf(start: number, end: number, terminator: "newline" | "end"): LineSpan {
    const { lines: lineNumber } = this;
    const offset = this.#base + start;
    const bytes = this.scanner.input;
    return { bytes, start, end, lineNumber, offset, terminator, tooLong: false };
  }

  /** Takes what stands after the last newline. */
  #takeTail(taker: EventTaker): void {
    if (this.#kept === 0) return;
    const { scanner } = this;
    const end = this.#kept;
    // With a newline the scanner can read it; what it declines is judged as the unended line it is.
    scanner.input[end] = newline;
    scanner.scan(0, end + 1);
    if (scanner.nextOdd(0, 1) === 1 && !this.#options.exactOnly) {
      this.#takeRecords(0, 1, taker);
      return;
    }
    this.#takeOdd(0, end, "end", taker);
  }

  /**
   * Takes a line that is longer than allowed, by the line reader, which needs no room for it; what was
   * read behind it goes back into the input.
   */
  async #takeLongLine(taker: EventTaker): Promise<void> {
    if (!this.#options.exactOnly) this.fallbackLines++;
    const head = this.scanner.input.slice(0, this.#kept);
    // What is read behind the line must find room in the input.
    const blockBytes = Math.min(longLineBlockBytes, this.#blockBytes);
    const place = { lines: this.lines, offset: this.#base };
    const { lines, bytes, behind } = await this.#exact.takeLong(head, place, blockBytes, taker);
    this.lines += lines;
    this.bytesRead += bytes - head.length + behind.length;
    // Asked for anew: events may have made the memory grow.
    this.scanner.input.set(behind, 0);
    this.#base += bytes;
    this.#kept = behind.length;
    this.#keep(this.#takeLines(0, behind.length, taker), behind.length);
  }
}

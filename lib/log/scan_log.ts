import type { Fault } from "../event/decode.ts";
import type { EventTaker } from "../event/scanner/event_taker.ts";
import { LineScanner } from "../event/scanner/line_scanner.ts";
import { bytesSource } from "../ndjson/byte_source.ts";
import { LineReader, type LineSpan } from "../ndjson/line_reader.ts";
import type { LogFile } from "./file_source.ts";
import type { ReadReport } from "./read_log.ts";
import type { ReadProgress } from "./read_progress.ts";
import { RestOfLine } from "./rest_of_line.ts";
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
  nulHoles = 0;
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
  /** The damage of the file's packing has been counted, as the problem of its last line. */
  #isTailReported = false;
  /** Bytes in the input that are not yet taken: the beginning of a line. */
  #kept = 0;

  constructor(file: LogFile, tally: Tally, options: ScanOptions) {
    this.#file = file;
    this.#base = file.from ?? 0;
    this.#tally = tally;
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
    this.#base = offset;
    this.#kept = 0;
    this.lines = 0;
    this.nulHoles = 0;
    this.bytesRead = 0;
    this.fallbackLines = 0;
    this.#isTailReported = false;
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
    if (damage !== null && !this.#isTailReported) {
      this.#tally.addEnd(this.#file.name, this.lines + 1, this.bytesRead, damage);
    }
    this.#file.close();
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
      for (let record = 0; record < records; ) {
        const odd = this.#options.exactOnly ? record : scanner.nextOdd(record, records);
        if (odd > record) this.#takeRecords(record, odd, taker);
        if (odd < records) {
          this.lines++;
          this.#takeOdd(scanner.startOf(odd), scanner.endOf(odd), "newline", taker);
        }
        record = odd + 1;
      }
      if (records < scanner.capacity) return scanner.consumed;
    }
  }

  #takeRecords(from: number, to: number, taker: EventTaker): void {
    this.lines += to - from;
    this.#tally.events += to - from;
    taker.takeRecords(from, to, this.#base);
  }

  /** Takes a line that the scanner declined. */
  #takeOdd(start: number, end: number, terminator: "newline" | "end", taker: EventTaker): void {
    if (!this.#options.exactOnly) this.fallbackLines++;
    const { input } = this.scanner;
    const bytes = input.subarray(start, end);
    const offset = this.#base + start;
    const isLong = end - start > this.#options.maxLineBytes;
    if (!isLong && bytes.indexOf(0) < 0) {
      const lineNumber = this.lines;
      this.#takeSpan(
        { bytes: input, start, end, lineNumber, offset, terminator, tooLong: false },
        taker,
      );
      return;
    }
    // Holes part a line, and a long one is cut: the line reader knows how.
    const whole = input.slice(start, terminator === "end" ? end : end + 1);
    if (terminator === "newline") whole[end - start] = newline;
    const { maxLineBytes } = this.#options;
    const options = { maxLineBytes, blockBytes: whole.length, isFileStart: false };
    const reader = new LineReader(bytesSource(whole), options);
    while (true) {
      if (reader.next()) this.#takeSpan(placed(reader, this.lines - 1, offset), taker);
      else if (reader.fill() !== true) break;
    }
    this.nulHoles += reader.nulHoles;
  }

  #takeSpan(span: LineSpan, taker: EventTaker): void {
    const { maxLineBytes } = this.#options;
    const explain = (fault: Fault) => this.#explain(fault);
    const line = this.#tally.decodeSpan(this.#file.name, span, maxLineBytes, explain);
    for (const [index, event] of line.events.entries()) {
      this.#tally.events++;
      const begin = span.offset + (line.starts?.[index] ?? 0);
      taker.takeEvent(event, span.offset, span.offset + span.end - span.start, begin);
    }
  }

  /** A line that ends in the air where an archive does is the archive's fault, not a writer's. */
  #explain(fault: Fault): Fault {
    const damage = fault.kind === "torn tail" ? this.#file.damage() : null;
    if (damage === null) return fault;
    this.#isTailReported = true;
    return { kind: fault.kind, detail: damage };
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
    this.lines++;
    this.#takeOdd(0, end, "end", taker);
  }

  /**
   * Takes a line that is longer than allowed, by the line reader, which needs no room for it; what was
   * read behind it goes back into the input.
   */
  async #takeLongLine(taker: EventTaker): Promise<void> {
    const line = new RestOfLine(this.scanner.input.slice(0, this.#kept), this.#file);
    const { maxLineBytes } = this.#options;
    // What is read behind the line must find room in the input.
    const blockBytes = Math.min(longLineBlockBytes, this.#blockBytes);
    const reader = new LineReader(line, { maxLineBytes, blockBytes, isFileStart: false });
    if (!this.#options.exactOnly) this.fallbackLines++;
    while (true) {
      if (reader.next()) this.#takeSpan(placed(reader, this.lines, this.#base), taker);
      else if (!(await reader.fill())) break;
    }
    const { behind } = line;
    this.lines += reader.lineCount;
    this.nulHoles += reader.nulHoles;
    this.bytesRead += reader.bytesRead - this.#kept + behind.length;
    // Asked for anew: events may have made the memory grow.
    this.scanner.input.set(behind, 0);
    this.#base += reader.bytesRead;
    this.#kept = behind.length;
    this.#keep(this.#takeLines(0, behind.length, taker), behind.length);
  }
}

/** A span of a reader that began somewhere within the file. */
function placed(span: LineSpan, linesBefore: number, offset: number): LineSpan {
  const { bytes, start, end, terminator, tooLong } = span;
  return {
    bytes,
    start,
    end,
    terminator,
    tooLong,
    lineNumber: span.lineNumber + linesBefore,
    offset: span.offset + offset,
  };
}

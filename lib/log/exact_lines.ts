import type { Fault } from "../event/decode.ts";
import type { EventTaker } from "../event/scanner/event_taker.ts";
import { bytesSource } from "../ndjson/byte_source.ts";
import { LineReader, type LineSpan } from "../ndjson/line_reader.ts";
import type { LogFile } from "./file_source.ts";
import { RestOfLine } from "./rest_of_line.ts";
import type { Tally } from "./tally.ts";

/** A line that needed no room for all of itself. */
export interface LongLine {
  /** Line ends met, and an unended last line. */
  readonly lines: number;
  /** Its bytes, those at hand before included. */
  readonly bytes: number;
  /** What was read behind it. */
  readonly behind: Uint8Array;
}

const newline = 10;

/**
 * Takes the lines of one file that the scanner leaves to it, each decoded as every reader of a log does:
 * damaged ones, those with holes of zeros, and those that are longer than allowed.
 */
export class ExactLines {
  nulHoles = 0;
  /** The damage of the file's packing has been counted, as the problem of its last line. */
  hasToldDamage = false;

  readonly #file: LogFile;
  readonly #tally: Tally;
  readonly #maxLineBytes: number;

  constructor(file: LogFile, tally: Tally, maxLineBytes: number) {
    this.#file = file;
    this.#tally = tally;
    this.#maxLineBytes = maxLineBytes;
  }

  /** Takes a line that is all there, with room for its newline. */
  take(line: LineSpan, taker: EventTaker): void {
    const { bytes, start, end, terminator, lineNumber, offset } = line;
    const isLong = end - start > this.#maxLineBytes;
    if (!isLong && bytes.subarray(start, end).indexOf(0) < 0) {
      this.#takeSpan(line, taker);
      return;
    }
    // Holes part a line, and a long one is cut: the line reader knows how.
    const whole = bytes.slice(start, terminator === "end" ? end : end + 1);
    if (terminator === "newline") whole[end - start] = newline;
    const reader = this.#reader(bytesSource(whole), whole.length);
    while (true) {
      if (reader.next()) this.#takeSpan(placed(reader, lineNumber - 1, offset), taker);
      else if (reader.fill() !== true) break;
    }
    this.nulHoles += reader.nulHoles;
  }

  /**
   * Takes a line of which only the head has been read: the rest is read here, in blocks of that size.
   * `place` says how many lines lie before it, and at which offset it begins.
   *
   * @throws AccessError if the file cannot be read.
   */
  async takeLong(
    head: Uint8Array,
    place: { readonly lines: number; readonly offset: number },
    blockBytes: number,
    taker: EventTaker,
  ): Promise<LongLine> {
    const line = new RestOfLine(head, this.#file);
    const reader = this.#reader(line, blockBytes);
    while (true) {
      if (reader.next()) this.#takeSpan(placed(reader, place.lines, place.offset), taker);
      else if (!(await reader.fill())) break;
    }
    this.nulHoles += reader.nulHoles;
    return { lines: reader.lineCount, bytes: reader.bytesRead, behind: line.behind };
  }

  #reader(source: ConstructorParameters<typeof LineReader>[0], blockBytes: number): LineReader {
    return new LineReader(source, {
      maxLineBytes: this.#maxLineBytes,
      blockBytes,
      isFileStart: false,
    });
  }

  #takeSpan(span: LineSpan, taker: EventTaker): void {
    const explain = (fault: Fault) => this.#explain(fault);
    const line = this.#tally.decodeSpan(this.#file.name, span, this.#maxLineBytes, explain);
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
    this.hasToldDamage = true;
    return { kind: fault.kind, detail: damage };
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

import { encodeEvent } from "../event/encode.ts";
import { readInputLine } from "../event/input_line.ts";
import { formatIsoLocal } from "../units/instant.ts";
import { findPlainWords } from "./plain_words.ts";

const newline = 0x0a;
/** One write holds at most so much, unless a single line is longer. */
const maxBatchBytes = 32 * 1024;
/** Longer lines are skipped: no reader would take the event. */
const maxLineBytes = 1024 * 1024;
/** Longer lines of plain words are not worth the short way; so many always fit into a batch. */
const maxPlainBytes = 4096;

/** What becomes of the lines that are read. */
export interface StampSink {
  /** Takes whole lines of the log, to be appended in one write. They are overwritten afterwards. */
  append(lines: Uint8Array): void;
  /** Takes a line that is no event: its number, counted from 1, and why. */
  reject(lineNumber: number, reason: string): void;
}

/**
 * Turns what arrives on an input into lines of the log, each input line as `readInputLine` reads it,
 * stamped with the moment at which the last of it arrived. Invalid UTF-8 becomes U+FFFD.
 *
 * Whatever of a chunk makes whole lines is handed out before `push` returns, in batches of at most
 * 32 KiB, so that nothing waits when the input pauses. Memory: a batch, and a line of at most 1 MiB.
 */
export class LineStamper {
  readonly #sink: StampSink;
  readonly #batch = Buffer.allocUnsafe(maxBatchBytes);
  #batchLength = 0;
  #lineNumber = 0;
  #stamp = new Stamp(0);
  /** The beginning of a line whose end has not arrived yet. */
  #unended = new Uint8Array(maxPlainBytes);
  #unendedLength = 0;
  /** Inside a line that is over the limit and is being passed over. */
  #isSkipping = false;
  readonly #words = new Uint32Array(6);

  constructor(sink: StampSink) {
    this.#sink = sink;
  }

  /** Takes the next piece of input, which arrived at `nowSeconds` (Unix seconds). */
  push(chunk: Uint8Array, nowSeconds: number): void {
    this.#stamp = new Stamp(nowSeconds);
    let from = 0;
    for (let at = chunk.indexOf(newline); at >= 0; at = chunk.indexOf(newline, from)) {
      if (this.#unendedLength === 0 && !this.#isSkipping) {
        this.#takeLine(chunk, from, at);
      } else {
        this.#keep(chunk, from, at);
        this.#endLine();
      }
      from = at + 1;
    }
    this.#keep(chunk, from, chunk.length);
    this.#flush();
  }

  /** Takes the end of the input: an unended last line counts, at the moment when it arrived. */
  end(): void {
    if (this.#unendedLength > 0 || this.#isSkipping) this.#endLine();
    this.#flush();
  }

  #keep(chunk: Uint8Array, start: number, end: number): void {
    const length = this.#unendedLength + end - start;
    this.#isSkipping ||= length > maxLineBytes;
    if (this.#isSkipping) return;
    if (length > this.#unended.length) {
      const roomy = new Uint8Array(Math.min(2 * length, maxLineBytes));
      roomy.set(this.#unended.subarray(0, this.#unendedLength));
      this.#unended = roomy;
    }
    this.#unended.set(chunk.subarray(start, end), this.#unendedLength);
    this.#unendedLength = length;
  }

  #endLine(): void {
    if (this.#isSkipping) this.#rejectTooLong();
    else this.#takeLine(this.#unended, 0, this.#unendedLength);
    this.#isSkipping = false;
    this.#unendedLength = 0;
  }

  #takeLine(bytes: Uint8Array, start: number, end: number): void {
    if (end - start > maxLineBytes) {
      this.#rejectTooLong();
      return;
    }
    this.#lineNumber++;
    if (this.#takePlainWords(bytes, start, end)) return;
    const text = decoder.decode(bytes.subarray(start, end));
    const read = readInputLine(text, this.#stamp.seconds);
    if (read === null) return;
    if ("reason" in read) this.#sink.reject(this.#lineNumber, read.reason);
    else this.#queue(Buffer.from(encodeEvent(read, this.#stamp.isoLocal)));
  }

  #rejectTooLong(): void {
    this.#lineNumber++;
    this.#sink.reject(this.#lineNumber, "longer than 1 MiB");
  }

  /** The common line, copied without taking the event apart and together again; false for another. */
  #takePlainWords(bytes: Uint8Array, start: number, end: number): boolean {
    const words = this.#words;
    if (end - start > maxPlainBytes || !findPlainWords(bytes, start, end, words)) return false;
    const { head } = this.#stamp;
    this.#makeRoom(head.length + end - start + between);
    this.#put(head);
    this.#put(bytes, words[0], words[1]);
    this.#put(beforeService);
    this.#put(bytes, words[2], words[3]);
    this.#put(beforeEvent);
    this.#put(bytes, words[4], words[5]);
    this.#put(afterEvent);
    return true;
  }

  #queue(line: Uint8Array): void {
    if (line.length - 1 > maxLineBytes) {
      this.#sink.reject(this.#lineNumber, "longer than 1 MiB when written");
      return;
    }
    this.#makeRoom(line.length);
    if (line.length > maxBatchBytes) this.#sink.append(line);
    else this.#put(line);
  }

  #makeRoom(length: number): void {
    if (this.#batchLength + length > maxBatchBytes) this.#flush();
  }

  #put(bytes: Uint8Array, start = 0, end = bytes.length): void {
    const batch = this.#batch;
    let to = this.#batchLength;
    for (let from = start; from < end; from++) batch[to++] = bytes[from] as number;
    this.#batchLength = to;
  }

  #flush(): void {
    if (this.#batchLength === 0) return;
    const lines = this.#batch.subarray(0, this.#batchLength);
    this.#batchLength = 0;
    this.#sink.append(lines);
  }
}

const decoder = new TextDecoder();
const beforeService = Buffer.from('", "service": "');
const beforeEvent = Buffer.from('", "event": "');
const afterEvent = Buffer.from('", "metadata": {}}\n');
const between = beforeService.length + beforeEvent.length + afterEvent.length;

/** A moment, and what lines that are stamped with it have in common, made once. */
class Stamp {
  readonly seconds: number;
  /** The beginning of such a line, as far as the id. */
  readonly head: Uint8Array;
  readonly #microseconds: number;
  readonly #iso: string;

  constructor(seconds: number) {
    this.seconds = seconds;
    this.#microseconds = Math.round(seconds * 1e6);
    this.#iso = formatIsoLocal(this.#microseconds);
    const names = { requestId: "", service: "", name: "" };
    const line = encodeEvent({ timestampSeconds: seconds, ...names, metadata: {} }, this.isoLocal);
    this.head = Buffer.from(line.slice(0, line.indexOf('", "service"')));
  }

  readonly isoLocal = (microseconds: number): string =>
    microseconds === this.#microseconds ? this.#iso : formatIsoLocal(microseconds);
}

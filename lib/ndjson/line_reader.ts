import type { ByteSource } from "./byte_source.ts";

const newline = 10;
const nul = 0;
const excerptBytes = 320;
const byteOrderMark = [0xef, 0xbb, 0xbf];

/** How the bytes of a span ended: at a newline, at a run of NULs, or where the file ends. */
export type Terminator = "newline" | "nul" | "end";

/** A piece of a line, as a reader hands it out: `bytes[start..end)`. */
export interface LineSpan {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
  readonly lineNumber: number;
  readonly offset: number;
  readonly terminator: Terminator;
  readonly tooLong: boolean;
}

/**
 * Cuts blocks of bytes into numbered line spans without making a string or an object per line. It
 * knows nothing of what the lines say.
 *
 * Call `next()` until it is false, then `fill()`, until that is false too. After a true `next()`,
 * `bytes[start..end)` is the span, without its line end; it is valid until the next `fill()`.
 *
 * - A run of NUL bytes (the hole that a truncation under a writer leaves) parts a line into several
 *   spans of one number.
 * - A span longer than the cap is handed out once with `tooLong` set and only its first bytes; the
 *   rest is passed over.
 * - A byte order mark at the start of the source is passed over.
 *
 * Memory: one block, plus at most the cap while a line spans blocks. What comes out does not depend
 * on the size of blocks.
 */
export class LineReader implements LineSpan {
  /** What `start` and `end` point into. */
  bytes: Uint8Array;
  start = 0;
  end = 0;
  /** The span's line, counted from 1. */
  lineNumber = 1;
  /** The span's first byte, counted from the start of the file. */
  offset = 0;
  terminator: Terminator = "newline";
  tooLong = false;

  /** Line ends met, plus an unended last line. */
  lineCount = 0;
  /** Runs of NUL bytes met. */
  nulHoles = 0;
  /** Bytes taken from the source. */
  bytesRead = 0;

  readonly #source: ByteSource;
  readonly #blockBytes: number;
  readonly #maxLineBytes: number;
  /** How much of a span over the cap is handed out: no more than any size of blocks has at hand. */
  readonly #headBytes: number;
  /** Whether a byte order mark may come first. */
  readonly #isFileStart: boolean;
  #buffer: Uint8Array;
  /** End of the valid bytes in the buffer. */
  #filled = 0;
  /** Start of the span being read, and how far it has been searched for its end. */
  #from = 0;
  #searched = 0;
  /** The first NUL at or after `#searched`, Infinity if there is none, -1 if not looked for yet. */
  #nextNul = -1;
  /** Offset in the file of the buffer's first byte. */
  #base = 0;
  #line = 1;
  #sourceEnded = false;
  /** Inside a run of NULs. */
  #inHole = false;
  /** The line has had a hole, so that nothing more on it is not a blank line. */
  #holeInLine = false;
  /** Some byte of the line has been read: at the source's end it is a line, though unended. */
  #lineBegun = false;
  /** A span over the cap is being passed over: where it began, and its first bytes. */
  #skipping: { offset: number; head: Uint8Array } | null = null;

  constructor(
    source: ByteSource,
    options: {
      readonly maxLineBytes: number;
      readonly blockBytes?: number;
      /** False if the source begins somewhere within a file, where a byte order mark is none. */
      readonly isFileStart?: boolean;
      /** Where in its file the source begins; offsets are counted from the file's start. */
      readonly from?: number;
    },
  ) {
    this.#source = source;
    this.#blockBytes = options.blockBytes ?? 256 * 1024;
    this.#maxLineBytes = options.maxLineBytes;
    this.#base = options.from ?? 0;
    this.#isFileStart = options.isFileStart ?? true;
    this.#headBytes = Math.min(excerptBytes, options.maxLineBytes);
    this.#buffer = new Uint8Array(this.#blockBytes);
    this.bytes = this.#buffer;
  }

  /** Steps to the next span that lies in the buffer; false if more bytes are needed. */
  next(): boolean {
    if (!this.#skipByteOrderMark()) return false;
    while (true) {
      if (this.#inHole && !this.#leaveHole()) break;
      const at = this.#findTerminator();
      if (at < 0) break;
      this.#lineBegun = true;
      const isNul = this.#buffer[at] === nul;
      const isBlankAfterHole = this.#holeInLine && at === this.#from && this.#skipping === null;
      const hasSpan = isNul ? at > this.#from || this.#skipping !== null : !isBlankAfterHole;
      if (hasSpan) this.#handOut(at, isNul ? "nul" : "newline");
      if (isNul) {
        this.nulHoles++;
        this.#inHole = true;
        this.#holeInLine = true;
      } else {
        this.lineCount++;
        this.#line++;
        this.#holeInLine = false;
        this.#lineBegun = false;
      }
      this.#from = at + 1;
      this.#searched = at + 1;
      if (hasSpan) return true;
    }
    if (this.#filled > this.#from) this.#lineBegun = true;
    return this.#sourceEnded && this.#handOutLast();
  }

  /** Reads the next block; false once the source has ended and all of it was handed out. */
  fill(): boolean | Promise<boolean> {
    if (this.#sourceEnded) return false;
    this.#makeRoom();
    const room = this.#buffer.subarray(this.#filled, this.#filled + this.#blockBytes);
    const count = this.#source.read(room);
    if (typeof count === "number") return this.#filledBy(count);
    return count.then((read) => this.#filledBy(read));
  }

  #filledBy(count: number): boolean {
    this.bytesRead += count;
    this.#filled += count;
    // The last, unended line is still to be handed out by next(), hence true even at the end.
    this.#sourceEnded = count === 0;
    return true;
  }

  /** Moves the unfinished span to the front, or only remembers its head once it is over the cap. */
  #makeRoom(): void {
    const unfinished = this.#filled - this.#from;
    // Two bytes at the start may still become a byte order mark, whatever the cap.
    if (this.#skipping === null && unfinished > Math.max(this.#maxLineBytes, 2)) {
      const head = this.#buffer.slice(this.#from, this.#from + this.#headBytes);
      this.#skipping = { offset: this.#base + this.#from, head };
    }
    const kept = this.#skipping === null ? unfinished : 0;
    const dropped = this.#filled - kept;
    if (kept > 0) this.#buffer.copyWithin(0, dropped, this.#filled);
    this.#nextNul = -1;
    this.#base += dropped;
    this.#searched = Math.max(0, this.#searched - dropped);
    this.#from = 0;
    this.#filled = kept;
    if (kept + this.#blockBytes > this.#buffer.length) {
      const larger = new Uint8Array(Math.max(kept + this.#blockBytes, this.#buffer.length * 2));
      larger.set(this.#buffer.subarray(0, kept));
      this.#buffer = larger;
    }
  }

  /** True once it is known whether the source begins with a byte order mark. */
  #skipByteOrderMark(): boolean {
    if (!this.#isFileStart) return true;
    if (this.#base + this.#from > 0 || this.lineCount > 0 || this.#searched > 0) return true;
    if (this.#filled < 3 && !this.#sourceEnded) {
      return !byteOrderMark.slice(0, this.#filled).every((byte, at) => byte === this.#buffer[at]);
    }
    if (this.#filled >= 3 && byteOrderMark.every((byte, at) => byte === this.#buffer[at])) {
      this.#from = 3;
      this.#searched = 3;
    }
    return true;
  }

  /** The next newline or NUL of the span being read, or -1. */
  #findTerminator(): number {
    const valid = this.#buffer.subarray(0, this.#filled);
    // Holes are rare: one search serves all lines up to the next of them.
    if (this.#nextNul < this.#searched) {
      const found = valid.indexOf(nul, this.#searched);
      this.#nextNul = found < 0 ? Number.POSITIVE_INFINITY : found;
    }
    const lineEnd = valid.indexOf(newline, this.#searched);
    if (this.#nextNul < (lineEnd < 0 ? this.#filled : lineEnd)) return this.#nextNul;
    if (lineEnd < 0) this.#searched = this.#filled;
    return lineEnd;
  }

  /** Passes over the NULs of a hole; false if it may go on in the next block. */
  #leaveHole(): boolean {
    let at = this.#from;
    while (at < this.#filled && this.#buffer[at] === nul) at++;
    this.#from = at;
    this.#searched = at;
    if (at === this.#filled) return false;
    this.#inHole = false;
    return true;
  }

  #handOut(at: number, terminator: Terminator): void {
    this.lineNumber = this.#line;
    this.terminator = terminator;
    const skipped = this.#skipping;
    this.#skipping = null;
    this.offset = skipped?.offset ?? this.#base + this.#from;
    this.tooLong = skipped !== null || at - this.#from > this.#maxLineBytes;
    this.bytes = skipped?.head ?? this.#buffer;
    this.start = skipped === null ? this.#from : 0;
    this.end = skipped?.head.length ?? at;
    if (this.tooLong) this.end = Math.min(this.end, this.start + this.#headBytes);
  }

  /** Hands out what stands after the last newline, once. */
  #handOutLast(): boolean {
    if (!this.#lineBegun) return false;
    this.#lineBegun = false;
    this.lineCount++;
    const hasSpan = this.#filled > this.#from || this.#skipping !== null;
    if (hasSpan) this.#handOut(this.#filled, "end");
    this.#from = this.#filled;
    return hasSpan;
  }
}

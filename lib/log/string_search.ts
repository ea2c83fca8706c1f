import type { RandomAccess } from "./descriptor_source.ts";
import { readShared } from "./shared_block.ts";

/** A line of a file, its newline included if it has one. */
export interface LinePlace {
  readonly start: number;
  readonly end: number;
}

const newline = 0x0a;
const quote = 0x22;
const slash = 0x2f;
const backslash = 0x5c;
const letterU = 0x75;
/** `\u` and four digits, with a byte to spare. */
const escapeBytes = 7;
const leastPad = 64;
const firstBlockBytes = 64 * 1024;
/** Stays in the processor's own memory from the reading to the last search; larger ones gain nothing. */
const lastBlockBytes = 256 * 1024;
const lineBytes = 4 * 1024;
/** So many other strings may begin with the text before the closing quote is searched for with it. */
const mostMisses = 64;

/** Where a search begins, if not at the end of the file; other blocks than the usual are for tests. */
export interface StringSearchOptions {
  readonly to?: number;
  /** Keeps blocks to one size. */
  readonly blockBytes?: number;
}

/** Whether every JSON string that equals a text has it either byte for byte or with a backslash in it. */
export function isPlainText(text: string): boolean {
  // U+FFFD also stands for bytes that are no text.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: JSON escapes exactly those
  return text !== "" && text.isWellFormed() && !/[\u0000-\u001f"\\\ufffd]/.test(text);
}

/**
 * Searches a file backwards for lines in which some JSON string equals a text, or begins with it. Looks
 * at bytes only, in blocks that grow to 256 KiB. Every such line is found, however the string is spelled;
 * lines in which the text means something else are found as well.
 *
 * Memory: one block. Cost: two searches of the bytes, for the text and for a backslash.
 */
export class StringSearch {
  /** Everything from here on has been searched. */
  from: number;

  readonly #file: RandomAccess;
  /** The quote and the text; if the string has to equal it the closing quote too. */
  readonly #pattern: Buffer;
  /**
   * The part of the pattern that is searched for: without its closing quote, as quotes at both ends are
   * met so often that it takes three times as long.
   */
  #needle: Buffer;
  #misses = 0;
  /** The quote and the text. */
  readonly #beginning: Buffer;
  readonly #pad: number;
  readonly #growth: number;
  #blockBytes: number;
  /** Where the earliest line begins that was found. */
  #foundFrom = Number.POSITIVE_INFINITY;

  /** `text` must be plain; see `isPlainText`. */
  constructor(
    file: RandomAccess,
    text: string,
    isPrefix: boolean,
    { to = file.size, blockBytes }: StringSearchOptions = {},
  ) {
    this.#file = file;
    this.from = to;
    this.#beginning = Buffer.from(`"${text}`);
    this.#pattern = isPrefix ? this.#beginning : Buffer.from(`"${text}"`);
    this.#needle = this.#beginning;
    // At least as much as for most ids, so that searches for several need the same blocks.
    this.#pad = Math.max(leastPad, this.#pattern.length + escapeBytes);
    this.#blockBytes = blockBytes ?? firstBlockBytes;
    this.#growth = blockBytes === undefined ? 4 : 1;
  }

  /**
   * Searches the next block towards the start of the file, or down to a place; returns the lines found,
   * the last first.
   */
  next(downTo = 0): LinePlace[] {
    const lines: LinePlace[] = [];
    for (const at of this.nextPlaces(downTo)) {
      if (at >= this.#foundFrom) continue;
      const line = this.#lineAround(at);
      this.#foundFrom = line.start;
      lines.push(line);
    }
    return lines;
  }

  /** Searches on as `next()` does; returns where in the file such a string may stand, the last first. */
  nextPlaces(downTo = 0): number[] {
    const upper = this.from;
    const lower = Math.max(0, Math.min(downTo, upper - 1), upper - this.#blockBytes);
    const bufferFrom = Math.max(0, lower - this.#pad);
    const bufferTo = Math.min(this.#file.size, upper + this.#pad);
    const bytes = readShared(this.#file, bufferFrom, bufferTo, this.#blockBytes + 2 * this.#pad);
    const hits = this.#findIn(bytes, lower - bufferFrom, upper - bufferFrom);
    this.from = lower;
    this.#blockBytes = Math.min(
      this.#blockBytes * this.#growth,
      Math.max(lastBlockBytes, this.#blockBytes),
    );
    return hits.map((hit) => bufferFrom + hit);
  }

  /** Passes over what is known to hold no such line, down to a place. */
  skipTo(place: number): void {
    this.from = place;
  }

  /** Places within `bytes[from..to)` that may belong to such a string, the last first. */
  #findIn(bytes: Buffer, from: number, to: number): number[] {
    const hits = this.#findPlain(bytes, from, to);
    const plain = hits.length;
    // That of `Uint8Array` takes a third of the time that a `Buffer` does.
    const { indexOf } = Uint8Array.prototype;
    for (let at = indexOf.call(bytes, backslash, from); at >= 0 && at < to; ) {
      if (this.#isSpelledAt(bytes, at)) hits.push(at);
      at = indexOf.call(bytes, backslash, at + 1);
    }
    return hits.length === plain ? hits : hits.sort((a, b) => b - a);
  }

  /** Places within `bytes[from..to)` where the pattern stands byte for byte, the last first. */
  #findPlain(bytes: Buffer, from: number, to: number): number[] {
    const hits: number[] = [];
    const pattern = this.#pattern;
    for (let at = to - 1; at >= from; at--) {
      at = bytes.lastIndexOf(this.#needle, at);
      if (at < from) break;
      const end = Math.min(at + pattern.length, bytes.length);
      if (pattern.compare(bytes, at, end) === 0) hits.push(at);
      else if (++this.#misses === mostMisses) this.#needle = pattern;
    }
    return hits;
  }

  /** Whether a backslash may be the first one of a string that equals the text. */
  #isSpelledAt(bytes: Buffer, at: number): boolean {
    const beginning = this.#beginning;
    const least = Math.max(0, at - beginning.length + 1);
    // The text has no quote, so the nearest one before the backslash is where the string begins.
    let start = at - 1;
    while (start >= least && bytes[start] !== quote) start--;
    const length = at - start;
    if (start < least || beginning.compare(bytes, start, at, 0, length) !== 0) return false;
    const character = beginning[length] ?? 0;
    // What is not ASCII is left to whoever reads the line.
    if (character >= 0x80) return true;
    if (bytes[at + 1] === slash) return character === slash;
    const digits = bytes.toString("latin1", at + 2, at + 6);
    return bytes[at + 1] === letterU && Number.parseInt(digits, 16) === character;
  }

  /** The line that a byte belongs to. */
  #lineAround(offset: number): LinePlace {
    let start = 0;
    for (
      let to = offset, length = lineBytes;
      to > 0;
      length = Math.min(length * 2, lastBlockBytes)
    ) {
      const from = Math.max(0, to - length);
      const at = this.#read(from, to).lastIndexOf(newline);
      if (at >= 0) {
        start = from + at + 1;
        break;
      }
      to = from;
    }
    const { size } = this.#file;
    let end = size;
    for (let from = offset, length = lineBytes; from < size; from += length) {
      const at = this.#read(from, Math.min(size, from + length)).indexOf(newline);
      if (at >= 0) {
        end = from + at + 1;
        break;
      }
    }
    return { start, end };
  }

  #read(from: number, to: number): Buffer {
    const bytes = Buffer.allocUnsafe(to - from);
    return bytes.subarray(0, this.#file.readAt(bytes, from));
  }
}

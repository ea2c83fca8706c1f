import type { LineScanner } from "./line_scanner.ts";

const places = 1024;
/** Longer texts are made anew each time. */
const maxBytes = 128;

/**
 * Texts of JSON strings that a log brings again and again, such as the id of a conversation: each is
 * made once for as long as no other takes its place. Memory: about 200 KB at most.
 */
export class TextCache {
  readonly #scanner: LineScanner;
  readonly #texts: (string | undefined)[] = [];
  readonly #bytes = new Uint8Array(places * maxBytes);

  constructor(scanner: LineScanner) {
    this.#scanner = scanner;
  }

  /** The text of a JSON string of the input, quotes included in its place. */
  textOf(start: number, end: number): string {
    const length = end - start;
    if (length > maxBytes) return this.#read(start, end);
    const { input } = this.#scanner;
    let hash = length;
    // The end tells most ids apart: counters and random digits stand there.
    for (let at = Math.max(start, end - 12); at < end; at++) {
      hash = Math.imul(hash ^ (input[at] ?? 0), 0x01000193);
    }
    const place = (hash ^ (hash >>> 15)) & (places - 1);
    const known = this.#texts[place];
    if (known !== undefined && this.#isKept(place, start, length)) return known;
    const text = this.#read(start, end);
    this.#texts[place] = text;
    this.#bytes.set(input.subarray(start, end), place * maxBytes);
    return text;
  }

  /** With its quotes no text is the beginning of another, so that lengths need no look. */
  #isKept(place: number, start: number, length: number): boolean {
    const { input } = this.#scanner;
    const kept = place * maxBytes;
    for (let at = 0; at < length; at++) {
      if (this.#bytes[kept + at] !== input[start + at]) return false;
    }
    return true;
  }

  #read(start: number, end: number): string {
    const text = this.#scanner.textOf(start, end);
    return text.includes("\\") ? (JSON.parse(text) as string) : text.slice(1, -1);
  }
}

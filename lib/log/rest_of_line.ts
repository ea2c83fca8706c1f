import type { ByteSource } from "../ndjson/byte_source.ts";

const newline = 10;

/**
 * A line whose beginning has been read, up to its end; what was read behind it is put aside. The
 * beginning holds no line end.
 */
export class RestOfLine implements ByteSource {
  /** What was read behind the line. */
  behind = new Uint8Array(0);
  #head: Uint8Array;
  readonly #file: ByteSource;
  #isOver = false;

  constructor(head: Uint8Array, file: ByteSource) {
    this.#head = head;
    this.#file = file;
  }

  read(target: Uint8Array): number | Promise<number> {
    if (this.#isOver) return 0;
    const length = Math.min(this.#head.length, target.length);
    if (length > 0) {
      target.set(this.#head.subarray(0, length));
      this.#head = this.#head.subarray(length);
      return length;
    }
    const read = this.#file.read(target);
    return typeof read === "number"
      ? this.#cut(target, read)
      : read.then((count) => this.#cut(target, count));
  }

  #cut(target: Uint8Array, count: number): number {
    const end = target.subarray(0, count).indexOf(newline);
    if (end < 0) return count;
    this.#isOver = true;
    this.behind = target.slice(end + 1, count);
    return end + 1;
  }
}

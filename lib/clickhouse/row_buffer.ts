/** Room to begin with; it grows as needed. */
const firstBytes = 64 * 1024;
/** A character of UTF-16 makes so many bytes of UTF-8 at most. */
const bytesPerCharacter = 3;

/** Lines of text that are gathered as bytes, in one buffer that is used again and again. */
export class RowBuffer {
  /** Lines that were added. */
  rows = 0;
  #buffer = Buffer.allocUnsafe(firstBytes);
  #filled = 0;

  /** Adds a line, which brings its own line end. */
  add(line: string): void {
    const mostBytes = line.length * bytesPerCharacter;
    if (this.#filled + mostBytes > this.#buffer.length) this.#grow(mostBytes);
    this.#filled += this.#buffer.write(line, this.#filled);
    this.rows++;
  }

  /** All that was added; valid until the next change. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#buffer.subarray(0, this.#filled) as Uint8Array<ArrayBuffer>;
  }

  /** Begins anew. */
  clear(): void {
    this.#filled = 0;
    this.rows = 0;
  }

  #grow(moreBytes: number): void {
    const grown = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, this.#filled + moreBytes));
    this.#buffer.copy(grown, 0, 0, this.#filled);
    this.#buffer = grown;
  }
}

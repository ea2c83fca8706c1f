const blockBytes = 64 * 1024;
const lengthBytes = 2;
/** Handles from here on are places in the list of texts that do not pack. */
const firstUnpacked = 2 ** 31;

/**
 * Many short texts in few bytes: a string of 8 characters costs about 60 bytes as a value of its own
 * and 10 here.
 *
 * Memory: a text's characters and 2 bytes more, in blocks of 64 KB; only texts with other characters
 * than ASCII stay strings. Up to 2 GB of text.
 */
export class PackedText {
  readonly #blocks: Uint8Array[] = [];
  readonly #unpacked: string[] = [];
  #used = blockBytes;

  /** Stores a text of fewer than 65 534 characters and returns the handle that gets it back. */
  add(text: string): number {
    if (!isAscii(text)) return firstUnpacked + this.#unpacked.push(text) - 1;
    const needed = lengthBytes + text.length;
    if (this.#used + needed > blockBytes) {
      this.#blocks.push(new Uint8Array(blockBytes));
      this.#used = 0;
    }
    const block = this.#blocks.at(-1) ?? new Uint8Array(0);
    const at = this.#used;
    block[at] = text.length & 0xff;
    block[at + 1] = text.length >> 8;
    for (let index = 0; index < text.length; index++) {
      block[at + lengthBytes + index] = text.charCodeAt(index);
    }
    this.#used += needed;
    return (this.#blocks.length - 1) * blockBytes + at;
  }

  /** The text behind a handle. */
  get(handle: number): string {
    if (handle >= firstUnpacked) return this.#unpacked[handle - firstUnpacked] ?? "";
    const block = this.#blocks[Math.floor(handle / blockBytes)] ?? new Uint8Array(0);
    const at = handle % blockBytes;
    const length = (block[at] ?? 0) + (block[at + 1] ?? 0) * 256;
    return String.fromCharCode(...block.subarray(at + lengthBytes, at + lengthBytes + length));
  }
}

function isAscii(text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    if (text.charCodeAt(index) > 0x7f) return false;
  }
  return true;
}

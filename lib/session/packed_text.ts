import { growTo, maxBufferBytes, openGrowingBuffer } from "./growing_buffer.ts";

const lengthBytes = 2;
/** Handles from here on are places in the list of texts that do not pack. */
const firstUnpacked = 2 ** 31;

/**
 * Many short texts in few bytes: a string of 8 characters costs about 60 bytes as a value of its own
 * and 10 here.
 *
 * Memory: a text's characters and 2 bytes more; only texts with other characters than ASCII stay
 * strings. Up to 2 GB of text.
 */
export class PackedText {
  readonly #buffers: Uint8Array<ArrayBuffer>[] = [];
  readonly #unpacked: string[] = [];
  #used = maxBufferBytes;

  /** Stores a text of fewer than 65 534 characters and returns the handle that gets it back. */
  add(text: string): number {
    if (!isAscii(text)) return firstUnpacked + this.#unpacked.push(text) - 1;
    const needed = lengthBytes + text.length;
    if (this.#used + needed > maxBufferBytes) {
      // Unlike a Buffer, this grows with what it is a view of, whatever the runtime.
      this.#buffers.push(new Uint8Array(openGrowingBuffer()));
      this.#used = 0;
    }
    const bytes = this.#buffers.at(-1) ?? new Uint8Array(0);
    const at = this.#used;
    this.#used += needed;
    growTo(bytes.buffer, this.#used);
    bytes[at] = text.length & 0xff;
    bytes[at + 1] = text.length >> 8;
    for (let index = 0; index < text.length; index++) {
      bytes[at + lengthBytes + index] = text.charCodeAt(index);
    }
    return (this.#buffers.length - 1) * maxBufferBytes + at;
  }

  /** The text behind a handle. */
  get(handle: number): string {
    if (handle >= firstUnpacked) return this.#unpacked[handle - firstUnpacked] ?? "";
    const bytes = this.#buffers[Math.floor(handle / maxBufferBytes)] ?? new Uint8Array(0);
    const at = handle % maxBufferBytes;
    const length = (bytes[at] ?? 0) + (bytes[at + 1] ?? 0) * 256;
    return Buffer.from(bytes.buffer, at + lengthBytes, length).toString("latin1");
  }
}

function isAscii(text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    if (text.charCodeAt(index) > 0x7f) return false;
  }
  return true;
}

/**
 * Where bytes come from: a file, a pipe, a decompressor. A source fills the caller's buffer, so that
 * reading gigabytes needs one block of memory.
 */
export interface ByteSource {
  /**
   * Writes the next bytes to the front of `target` and returns how many; 0 means the end, for good.
   * A source that has the bytes at hand answers at once, another with a promise.
   */
  read(target: Uint8Array): number | Promise<number>;
}

/** A source over bytes in memory, handed out in blocks of at most `blockBytes`. */
export function bytesSource(bytes: Uint8Array, blockBytes = bytes.length): ByteSource {
  let position = 0;
  return {
    read(target) {
      const length = Math.min(target.length, Math.max(1, blockBytes), bytes.length - position);
      target.set(bytes.subarray(position, position + length));
      position += length;
      return length;
    },
  };
}

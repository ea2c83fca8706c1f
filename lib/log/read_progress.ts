import type { ByteSource } from "../ndjson/byte_source.ts";

/**
 * Learns how far a reading has come: told of blocks, never of lines. Several readers, and threads that
 * report to this one, may feed the same one. Bytes are counted as they lie on the disk, packed or not.
 */
export interface ReadProgress {
  /** Whether somebody looks on: what may be waited for then keeps signals and timers from nothing. */
  readonly isShown: boolean;
  /** A reading begins, of so many bytes; null for a pipe, of which nobody knows. */
  begin(bytes: number | null): void;
  /** So many of these bytes will not be read after all. */
  leaveOut(bytes: number): void;
  /**
   * So many more bytes have been read; below 0 if it turns out that they must be read again. Whoever can wait does so for what is returned, mostly null,
   * before reading on.
   */
  add(bytes: number): Promise<void> | null;
  /** The reading is over; another one may begin. */
  end(): void;
}

/** The same source, which tells of what is read from it. */
export function countReads<Source extends ByteSource>(
  source: Source,
  progress: Pick<ReadProgress, "add"> | undefined,
): Source {
  if (progress === undefined) return source;
  const tell = (count: number): number | Promise<number> => {
    const wait = progress.add(count);
    return wait === null ? count : wait.then(() => count);
  };
  return {
    ...source,
    read(target: Uint8Array) {
      const read = source.read(target);
      return typeof read === "number" ? tell(read) : read.then(tell);
    },
  };
}

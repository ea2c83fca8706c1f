import type { RandomAccess } from "./descriptor_source.ts";

/**
 * The block of all searches, one after the other: memory that was never used before costs more than
 * the search in it.
 */
let block = Buffer.alloc(0);
/** Which bytes of which file it holds. */
let held: { readonly file: RandomAccess; readonly from: number; readonly to: number } | null = null;

/**
 * The bytes of a file from one offset up to another, as far as there are any; valid until the next call.
 * They are not read again if the last call has read them. `capacity` is the most that will be asked for.
 *
 * @throws AccessError if the file cannot be read.
 */
export function readShared(file: RandomAccess, from: number, to: number, capacity: number): Buffer {
  if (held?.file === file && held.from <= from && to <= held.to) {
    return block.subarray(from - held.from, to - held.from);
  }
  held = null;
  if (block.length < to - from) block = Buffer.allocUnsafeSlow(Math.max(capacity, to - from));
  const count = file.readAt(block.subarray(0, to - from), from);
  held = { file, from, to: from + count };
  return block.subarray(0, count);
}

/**
 * The memory of the compiled engine. It is only ever added to: what is no longer needed stays with
 * whoever had it, in a list of free blocks.
 */

/** Reads of whole words may look past the end of what they read by so much. */
export const slack: usize = 256;

/** First byte that nobody has. */
let free: usize = __heap_base;

/** Takes so many bytes, at a multiple of 16; what they hold is undefined. */
export function reserve(bytes: usize): usize {
  const at = (free + 15) & ~15;
  free = at + bytes;
  // Addresses end at 4 GiB.
  if (free < at) unreachable();
  const wanted = <i32>((free + slack + 65535) >> 16);
  const more = wanted - memory.size();
  // Not page by page: every growth takes its time, and costs the host its views of the memory.
  if (more > 0 && memory.grow(max(more, 64)) < 0 && memory.grow(more) < 0) unreachable();
  return at;
}

/** How far memory has been taken; see `giveBack`. */
export function taken(): usize {
  return free;
}

/** Gives back all that was taken since `taken()` said so. */
export function giveBack(since: usize): void {
  free = since;
}

/** Lists of free blocks by size: powers of two from 32 bytes on. */
const sizes: i32 = 26;
const freeBlocks = memory.data(26 * 4, 16);

/** Takes a block of at least so many bytes, one that was given back if there is one. */
export function takeBlock(bytes: i32): usize {
  const size = sizeOf(bytes);
  const list = freeBlocks + (<usize>size << 2);
  const block = <usize>load<u32>(list);
  if (block == 0) return reserve(<usize>32 << <usize>size);
  store<u32>(list, load<u32>(block));
  return block;
}

/** Gives a block back that was taken for so many bytes. */
export function giveBlock(block: usize, bytes: i32): void {
  const list = freeBlocks + (<usize>sizeOf(bytes) << 2);
  store<u32>(block, load<u32>(list));
  store<u32>(list, <u32>block);
}

/** Forgets all free blocks, as their memory has been given back. */
export function forgetBlocks(): void {
  memory.fill(freeBlocks, 0, <usize>sizes << 2);
}

/** Which power of two, counted from 32, holds so many bytes. */
function sizeOf(bytes: i32): i32 {
  return bytes <= 32 ? 0 : 27 - clz(bytes - 1);
}

/** What bytes of text are compared with, searched for and recognized by. */
import { reserve } from "./memory.ts";

/** `"` */
export const quote: u8 = 0x22;
/** `\` */
export const backslash: u8 = 0x5c;
/** The end of a line. */
export const newline: u8 = 0x0a;
/** What may stand before it. */
export const carriageReturn: u8 = 0x0d;
/** What may stand between the parts of JSON, beside the carriage return. */
export const space: u8 = 0x20;
/** The other blank. */
export const tab: u8 = 0x09;

/** The ASCII bytes of a text that is known when this is compiled, with room for whole words behind. */
export function asciiOf(text: string): usize {
  const length = text.length;
  const at = reserve(<usize>length + 32);
  memory.fill(at, 0, <usize>length + 32);
  for (let index = 0; index < length; index++) {
    store<u8>(at + <usize>index, <u8>text.charCodeAt(index));
  }
  return at;
}

/** Whether two stretches of bytes are the same; reads up to 7 bytes behind them. */
@inline export function isSame(a: usize, b: usize, length: i32): bool {
  let at: usize = 0;
  let left = length;
  while (left >= 8) {
    if (load<u64>(a + at) != load<u64>(b + at)) return false;
    at += 8;
    left -= 8;
  }
  if (left == 0) return true;
  const mask = (<u64>1 << (<u64>left << 3)) - 1;
  return (load<u64>(a + at) & mask) == (load<u64>(b + at) & mask);
}

/** The first eight of some bytes as a word, zeros behind their end. */
@inline export function wordOf(at: usize, length: i32): u64 {
  const word = load<u64>(at);
  return length >= 8 ? word : length <= 0 ? 0 : word & ((<u64>1 << (<u64>length << 3)) - 1);
}

/** Whether bytes are those of a text of 8 to 24 bytes, by overlapping words. */
@inline export function isKey(at: usize, key: usize, length: usize): bool {
  if (load<u64>(at) != load<u64>(key)) return false;
  if (load<u64>(at + length - 8) != load<u64>(key + length - 8)) return false;
  return length <= 16 || load<u64>(at + 8) == load<u64>(key + 8);
}

/** One bit for each of 16 bytes that ends a plain name: quote, backslash, and all but printable ASCII. */
@inline export function nameStops(at: usize): i32 {
  const bytes = v128.load(at);
  return i8x16.bitmask(
    v128.or(
      v128.or(i8x16.eq(bytes, i8x16.splat(quote)), i8x16.eq(bytes, i8x16.splat(backslash))),
      // Signed: bytes from 0x80 up are below 0x20 too.
      v128.or(i8x16.lt_s(bytes, i8x16.splat(0x20)), i8x16.eq(bytes, i8x16.splat(0x7f))),
    ),
  );
}

/** Passes printable ASCII without escapes up to the closing quote; 0 for anything else. */
export function passName(from: usize, end: usize): usize {
  for (let at = from; at < end; at += 16) {
    const stops = nameStops(at);
    if (stops == 0) continue;
    const stop = at + <usize>ctz(stops);
    return stop < end && load<u8>(stop) == quote ? stop : 0;
  }
  return 0;
}

/** Passes spaces and tabs. */
@inline export function passSpace(from: usize, end: usize): usize {
  let at = from;
  while (at < end && (load<u8>(at) == space || load<u8>(at) == tab)) at++;
  return at;
}

/** The next newline before `end`, or 0. */
export function findNewline(from: usize, end: usize): usize {
  return findByte(from, end, newline);
}

/** The next place of a byte before `end`, or 0. */
@inline export function findByte(from: usize, end: usize, byte: u8): usize {
  let at = from;
  const wanted = i8x16.splat(byte);
  let found: usize = 0;
  while (at < end && found == 0) {
    const mask = i8x16.bitmask(i8x16.eq(v128.load(at), wanted));
    if (mask != 0) found = at + <usize>ctz(mask);
    at += 16;
  }
  return found < end ? found : 0;
}

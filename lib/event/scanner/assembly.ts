/**
 * The line scanner: walks a block of log bytes and reads every line of the canonical layout, in either
 * spacing, without making a string or an object. Written in AssemblyScript, compiled to WebAssembly.
 *
 * Strict: every byte of a line is checked, metadata included (members of plain values; nested ones are
 * left to the exact path). A line that deviates in any way becomes a record of kind `odd` that holds
 * only its place, for the exact path to read. So what comes out here is what JSON.parse would say.
 *
 * The host writes bytes at `inputStart()` and calls `scan`; records are read from `records()`.
 */

const quote: u8 = 0x22;
const backslash: u8 = 0x5c;
const newline: u8 = 0x0a;
const carriageReturn: u8 = 0x0d;

/** Bytes a record takes: see the offsets below. */
const recordBytes: i32 = 64;
const maxRecords: i32 = 4096;
/** Reads of whole words may look past the end of the input by so much. */
const slack: i32 = 256;

// Offsets within a record.
const atTimestamp: usize = 0; // f64, Unix seconds
const atStart: usize = 8; // i32, first byte of the line
const atEnd: usize = 12; // i32, behind its last byte, without the line end
const atMetadata: usize = 16; // i32, first byte of the metadata
const atPair: usize = 20; // i32, number of the service and event name; -1 for an odd line
const atIdLength: usize = 24; // i32
const atIdStart: usize = 28; // i32
const atIdWords: usize = 32; // 2 × u64, the id's first 16 bytes, zeros behind its end
const atSession: usize = 48; // i32, first byte of the value of session_id in the metadata, or 0
const atSessionEnd: usize = 52; // i32, behind its last byte
const atKvCache: usize = 56; // i32, has_kv_cache in the metadata: 2 for true, 1 for false, else 0

// Pairs of service and event name, interned: open addressing, the bytes kept in one arena.
const maxPairs: i32 = 16384;
const slots: i32 = 32768;
const arenaBytes: i32 = 1 << 20;

let inputAt: usize = 0;
let recordsAt: usize = 0;
let slotsAt: usize = 0; // i32 pair number + 1 a slot
let pairsAt: usize = 0; // 4 × i32 a pair: arena offset, service length, event length, hash
let arenaAt: usize = 0;
let membersAt: usize = 0; // found members: 2 × i32, start and end of the value
let keysAt: usize = 0; // names of wanted members, written by the host
let pairCount: i32 = 0;
let arenaUsed: i32 = 0;
let consumedBytes: i32 = 0;
let maxLineBytes: i32 = 0;
/** Value of the last session_id that was passed in the line at hand, 0 if none. */
let sessionStart: usize = 0;
let sessionEnd: usize = 0;
/** What the last has_kv_cache of the line at hand says: 2 for true, 1 for false, else 0. */
let kvCache: i32 = 0;

/** Reserves memory for `capacity` bytes of input; lines of over `maxLine` bytes are odd. To be called once. */
export function initialize(capacity: i32, maxLine: i32): void {
  maxLineBytes = maxLine;
  let at: usize = (__heap_base + 15) & ~15;
  recordsAt = at;
  at += <usize>(recordBytes * maxRecords);
  slotsAt = at;
  at += <usize>(slots * 4);
  pairsAt = at;
  at += <usize>(maxPairs * 16);
  arenaAt = at;
  at += <usize>(arenaBytes + slack);
  membersAt = at;
  at += 1024;
  keysAt = at;
  at += 4096;
  inputAt = at;
  at += <usize>(capacity + slack);
  const pages = <i32>((at + 65535) >> 16);
  if (pages > memory.size()) memory.grow(pages - memory.size());
}

/** Where the host writes bytes. */
export function inputStart(): usize {
  return inputAt;
}
/** Where records lie, `recordBytes` each. */
export function records(): usize {
  return recordsAt;
}
/** Where pairs of names lie: arena offset, length of the service, length of the event, hash. */
export function pairs(): usize {
  return pairsAt;
}
/** Where the bytes of names lie. */
export function arena(): usize {
  return arenaAt;
}
/** Where `findMembers` writes. */
export function members(): usize {
  return membersAt;
}
/** Where the host writes the names that `findMembers` looks for. */
export function keys(): usize {
  return keysAt;
}
/** How many pairs of names have been met. */
export function pairTotal(): i32 {
  return pairCount;
}
/** Where the first line begins that the last `scan` did not take. */
export function consumed(): i32 {
  return consumedBytes;
}

/**
 * Takes whole lines from `from` up to `filled` (offsets in the input) and returns how many records it
 * wrote; it stops early when there is no room for more.
 */
export function scan(from: i32, filled: i32): i32 {
  let at = inputAt + <usize>from;
  const end = inputAt + <usize>filled;
  let record = recordsAt;
  const recordsEnd = recordsAt + <usize>(recordBytes * maxRecords);
  while (at < end && record < recordsEnd) {
    let next = readLine(at, end, record);
    if (next == 0) {
      const lineEnd = findNewline(at, end);
      if (lineEnd == 0) break;
      store<i32>(record, <i32>(at - inputAt), atStart);
      store<i32>(record, <i32>(lineEnd - inputAt), atEnd);
      store<i32>(record, -1, atPair);
      next = lineEnd + 1;
    }
    at = next;
    record += <usize>recordBytes;
  }
  consumedBytes = <i32>(at - inputAt);
  return <i32>(record - recordsAt) / recordBytes;
}

/** The next newline before `end`, or 0. */
function findNewline(from: usize, end: usize): usize {
  let at = from;
  const wanted = i8x16.splat(newline);
  while (at + 16 <= end) {
    const mask = i8x16.bitmask(i8x16.eq(v128.load(at), wanted));
    if (mask != 0) return at + <usize>ctz(mask);
    at += 16;
  }
  while (at < end) {
    if (load<u8>(at) == newline) return at;
    at++;
  }
  return 0;
}

/** Compares bytes with a key of 8 to 24 bytes by overlapping words. */
// @ts-ignore: decorator
@inline
function isKey(at: usize, key: usize, length: usize): bool {
  if (load<u64>(at) != load<u64>(key)) return false;
  if (load<u64>(at + length - 8) != load<u64>(key + length - 8)) return false;
  return length <= 16 || load<u64>(at + 8) == load<u64>(key + 8);
}

const spacedTimestamp = memory.data<u8>([0x7b,0x22,0x74,0x69,0x6d,0x65,0x73,0x74,0x61,0x6d,0x70,0x22,0x3a,0x20]); // {"timestamp":_
const spacedIsoTime = memory.data<u8>([0x2c,0x20,0x22,0x69,0x73,0x6f,0x5f,0x74,0x69,0x6d,0x65,0x22,0x3a,0x20,0x22]); // ,_"iso_time":_"
const spacedRequestId = memory.data<u8>([0x22,0x2c,0x20,0x22,0x72,0x65,0x71,0x75,0x65,0x73,0x74,0x5f,0x69,0x64,0x22,0x3a,0x20,0x22]); // ",_"request_id":_"
const spacedService = memory.data<u8>([0x22,0x2c,0x20,0x22,0x73,0x65,0x72,0x76,0x69,0x63,0x65,0x22,0x3a,0x20,0x22]); // ",_"service":_"
const spacedEvent = memory.data<u8>([0x22,0x2c,0x20,0x22,0x65,0x76,0x65,0x6e,0x74,0x22,0x3a,0x20,0x22]); // ",_"event":_"
const spacedMetadata = memory.data<u8>([0x22,0x2c,0x20,0x22,0x6d,0x65,0x74,0x61,0x64,0x61,0x74,0x61,0x22,0x3a,0x20]); // ",_"metadata":_
const compactTimestamp = memory.data<u8>([0x7b,0x22,0x74,0x69,0x6d,0x65,0x73,0x74,0x61,0x6d,0x70,0x22,0x3a]); // {"timestamp":
const compactIsoTime = memory.data<u8>([0x2c,0x22,0x69,0x73,0x6f,0x5f,0x74,0x69,0x6d,0x65,0x22,0x3a,0x22]); // ,"iso_time":"
const compactRequestId = memory.data<u8>([0x22,0x2c,0x22,0x72,0x65,0x71,0x75,0x65,0x73,0x74,0x5f,0x69,0x64,0x22,0x3a,0x22]); // ","request_id":"
const compactService = memory.data<u8>([0x22,0x2c,0x22,0x73,0x65,0x72,0x76,0x69,0x63,0x65,0x22,0x3a,0x22]); // ","service":"
const compactEvent = memory.data<u8>([0x22,0x2c,0x22,0x65,0x76,0x65,0x6e,0x74,0x22,0x3a,0x22]); // ","event":"
const compactMetadata = memory.data<u8>([0x22,0x2c,0x22,0x6d,0x65,0x74,0x61,0x64,0x61,0x74,0x61,0x22,0x3a]); // ","metadata":

/** Reads a line of the canonical layout into a record; returns where the next one begins, or 0. */
function readLine(start: usize, end: usize, record: usize): usize {
  // Shorter than any line of the layout. Fixed parts are read without looking at the end: what lies
  // behind it may match, but only a newline before it makes a line.
  if (start + 100 > end) return 0;
  const isSpaced = load<u8>(start + 13) == 0x20;
  let at = start;
  if (isSpaced) {
    if (!isKey(at, spacedTimestamp, 14)) return 0;
    at += 14;
  } else {
    if (!isKey(at, compactTimestamp, 13)) return 0;
    at += 13;
  }
  // Ten digits of seconds: 2001 to 2286.
  const high = eightDigits(load<u64>(at));
  const low = twoDigits(load<u16>(at + 8));
  if (high < 10000000 || low < 0) return 0;
  // Not in 32 bits, which end in 2038.
  const whole = <f64>high * 100 + <f64>low;
  at += 10;
  let timestamp = whole;
  if (load<u8>(at) == 0x2e) {
    at++;
    let fraction: i32 = 0;
    let digits = 0;
    while (digits <= 7) {
      const digit = <i32>load<u8>(at) - 0x30;
      if (<u32>digit > 9) break;
      fraction = fraction * 10 + digit;
      digits++;
      at++;
    }
    if (digits == 0 || digits > 7) return 0;
    // Both steps round correctly to what parsing the decimal gives: with at most seven digits the sum
    // is never close enough to the middle between two float64 for the first rounding to matter.
    timestamp = whole + <f64>fraction / power10(digits);
  }
  if (isSpaced) {
    if (!isKey(at, spacedIsoTime, 15)) return 0;
    at += 15;
  } else {
    if (!isKey(at, compactIsoTime, 13)) return 0;
    at += 13;
  }
  at = passIsoTime(at);
  if (at == 0) return 0;
  if (isSpaced) {
    if (!isKey(at, spacedRequestId, 18)) return 0;
    at += 18;
  } else {
    if (!isKey(at, compactRequestId, 16)) return 0;
    at += 16;
  }
  const idStart = at;
  at = passName(at, end);
  if (at == 0 || at == idStart) return 0;
  const idLength = <i32>(at - idStart);
  storeIdWords(record, idStart, idLength);
  if (isSpaced) {
    if (!isKey(at, spacedService, 15)) return 0;
    at += 15;
  } else {
    if (!isKey(at, compactService, 13)) return 0;
    at += 13;
  }
  const serviceStart = at;
  at = passName(at, end);
  if (at == 0) return 0;
  const serviceEnd = at;
  if (isSpaced) {
    if (!isKey(at, spacedEvent, 13)) return 0;
    at += 13;
  } else {
    if (!isKey(at, compactEvent, 11)) return 0;
    at += 11;
  }
  const eventStart = at;
  at = passName(at, end);
  if (at == 0 || at == eventStart) return 0;
  const eventEnd = at;
  if (isSpaced) {
    if (!isKey(at, spacedMetadata, 15)) return 0;
    at += 15;
  } else {
    if (!isKey(at, compactMetadata, 13)) return 0;
    at += 13;
  }
  const metadata = at;
  sessionStart = 0;
  kvCache = 0;
  at = passObject(at, end, 0, 0);
  if (at == 0 || at + 1 >= end || load<u8>(at) != 0x7d) return 0;
  at++;
  const lineEnd = at;
  if (load<u8>(at) == carriageReturn) at++;
  if (at >= end || load<u8>(at) != newline || <i32>(at - start) > maxLineBytes) return 0;
  const pair = internPair(serviceStart, serviceEnd, eventStart, eventEnd);
  if (pair < 0) return 0;
  store<f64>(record, timestamp, atTimestamp);
  store<i32>(record, <i32>(start - inputAt), atStart);
  store<i32>(record, <i32>(lineEnd - inputAt), atEnd);
  store<i32>(record, <i32>(metadata - inputAt), atMetadata);
  store<i32>(record, pair, atPair);
  store<i32>(record, idLength, atIdLength);
  store<i32>(record, <i32>(idStart - inputAt), atIdStart);
  store<i32>(record, sessionStart == 0 ? 0 : <i32>(sessionStart - inputAt), atSession);
  store<i32>(record, sessionStart == 0 ? 0 : <i32>(sessionEnd - inputAt), atSessionEnd);
  store<i32>(record, kvCache, atKvCache);
  return at + 1;
}

/** The value of eight ASCII digits, or -1. */
// @ts-ignore: decorator
@inline
function eightDigits(word: u64): i32 {
  if ((word & 0xf0f0f0f0f0f0f0f0) != 0x3030303030303030) return -1;
  if (((word + 0x0606060606060606) & 0xf0f0f0f0f0f0f0f0) != 0x3030303030303030) return -1;
  let value = word - 0x3030303030303030;
  value = value * 10 + (value >> 8);
  const low = (value & 0x000000ff000000ff) * 0x000f424000000064;
  const high = ((value >> 16) & 0x000000ff000000ff) * 0x0000271000000001;
  return <i32>((low + high) >> 32);
}

/** The value of two ASCII digits, or -1. */
// @ts-ignore: decorator
@inline
function twoDigits(word: u16): i32 {
  const first = (<i32>word & 0xff) - 0x30;
  const second = (<i32>word >> 8) - 0x30;
  return <u32>first > 9 || <u32>second > 9 ? -1 : first * 10 + second;
}

const powers10 = memory.data<f64>([1, 10, 100, 1000, 10000, 100000, 1000000, 10000000]);

// @ts-ignore: decorator
@inline
function power10(exponent: i32): f64 {
  return load<f64>(powers10 + (<usize>exponent << 3));
}

/** Passes YYYY-MM-DDThh:mm:ss, with or without six decimals, up to the closing quote; else 0. */
// @ts-ignore: decorator
@inline
function passIsoTime(at: usize): usize {
  // Digits by their high half (a byte 0x30 to 0x3f can end no string), separators exactly.
  const head = v128.and(v128.load(at), i8x16(-16, -16, -16, -16, -1, -16, -16, -1, -16, -16, -1, -16, -16, -1, -16, -16));
  const wanted = i8x16(0x30, 0x30, 0x30, 0x30, 0x2d, 0x30, 0x30, 0x2d, 0x30, 0x30, 0x54, 0x30, 0x30, 0x3a, 0x30, 0x30);
  if (v128.any_true(v128.xor(head, wanted))) return 0;
  const seconds = load<u32>(at + 16);
  if ((seconds & 0x00f0f0ff) != 0x0030303a) return 0;
  if (<u8>(seconds >> 24) == quote) return at + 19;
  if (<u8>(seconds >> 24) != 0x2e) return 0;
  if ((load<u32>(at + 20) & 0xf0f0f0f0) != 0x30303030) return 0;
  if ((load<u16>(at + 24) & 0xf0f0) != 0x3030) return 0;
  return load<u8>(at + 26) == quote ? at + 26 : 0;
}

/** Passes printable ASCII without escapes up to the closing quote; 0 for anything else. */
function passName(from: usize, end: usize): usize {
  let at = from;
  while (at < end) {
    const bytes = v128.load(at);
    const stops = v128.or(
      v128.or(i8x16.eq(bytes, i8x16.splat(quote)), i8x16.eq(bytes, i8x16.splat(backslash))),
      // Signed: bytes from 0x80 up are below 0x20 too.
      v128.or(i8x16.lt_s(bytes, i8x16.splat(0x20)), i8x16.eq(bytes, i8x16.splat(0x7f))),
    );
    const mask = i8x16.bitmask(stops);
    if (mask != 0) {
      at += <usize>ctz(mask);
      return at < end && load<u8>(at) == quote ? at : 0;
    }
    at += 16;
  }
  return 0;
}

/** Keeps an id's first 16 bytes, zeros behind its end. */
// @ts-ignore: decorator
@inline
function storeIdWords(record: usize, id: usize, length: i32): void {
  let first = load<u64>(id);
  let second: u64 = 0;
  if (length < 8) first &= (<u64>1 << (<u64>length << 3)) - 1;
  else if (length > 8) {
    second = load<u64>(id + 8);
    if (length < 16) second &= (<u64>1 << (<u64>(length - 8) << 3)) - 1;
  }
  store<u64>(record, first, atIdWords);
  store<u64>(record, second, atIdWords + 8);
}

/** The number of a service and event name; -1 if the table is full. */
function internPair(serviceStart: usize, serviceEnd: usize, eventStart: usize, eventEnd: usize): i32 {
  const serviceLength = <i32>(serviceEnd - serviceStart);
  const eventLength = <i32>(eventEnd - eventStart);
  let hash = hashBytes(eventStart, eventLength, <u32>serviceLength ^ (<u32>load<u8>(serviceStart) << 8));
  hash ^= hash >> 15;
  let slot = hash & <u32>(slots - 1);
  while (true) {
    const pair = load<i32>(slotsAt + (<usize>slot << 2)) - 1;
    if (pair < 0) break;
    const entry = pairsAt + (<usize>pair << 4);
    if (
      load<u32>(entry, 12) == hash &&
      load<i32>(entry, 4) == serviceLength &&
      load<i32>(entry, 8) == eventLength &&
      isSame(arenaAt + <usize>load<i32>(entry), serviceStart, serviceLength) &&
      isSame(arenaAt + <usize>(load<i32>(entry) + serviceLength), eventStart, eventLength)
    ) {
      return pair;
    }
    slot = (slot + 1) & <u32>(slots - 1);
  }
  if (pairCount >= maxPairs || arenaUsed + serviceLength + eventLength > arenaBytes) return -1;
  const entry = pairsAt + (<usize>pairCount << 4);
  memory.copy(arenaAt + <usize>arenaUsed, serviceStart, <usize>serviceLength);
  memory.copy(arenaAt + <usize>(arenaUsed + serviceLength), eventStart, <usize>eventLength);
  store<i32>(entry, arenaUsed);
  store<i32>(entry, serviceLength, 4);
  store<i32>(entry, eventLength, 8);
  store<u32>(entry, hash, 12);
  arenaUsed += serviceLength + eventLength;
  pairCount++;
  store<i32>(slotsAt + (<usize>slot << 2), pairCount);
  return pairCount - 1;
}

// @ts-ignore: decorator
@inline
function hashBytes(from: usize, length: i32, seed: u32): u32 {
  let hash: u64 = 0x9e3779b97f4a7c15 ^ <u64>seed;
  let at = from;
  let left = length;
  while (left >= 8) {
    hash = (hash ^ load<u64>(at)) * 0xff51afd7ed558ccd;
    hash ^= hash >> 32;
    at += 8;
    left -= 8;
  }
  if (left > 0) {
    const last = load<u64>(at) & ((<u64>1 << (<u64>left << 3)) - 1);
    hash = (hash ^ last) * 0xff51afd7ed558ccd;
    hash ^= hash >> 32;
  }
  return <u32>hash;
}

// @ts-ignore: decorator
@inline
function isSame(a: usize, b: usize, length: i32): bool {
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

/**
 * Passes a JSON object whose values are strings, numbers, true, false or null; 0 if it is anything
 * else. With `wantedKeys` it also notes where the values of those members lie: see `findMembers`.
 */
function passObject(from: usize, end: usize, wantedKeys: usize, wantedCount: i32): usize {
  let at = from;
  if (load<u8>(at) != 0x7b) return 0;
  at++;
  if (load<u8>(at) == 0x7d) return at + 1;
  while (at < end) {
    at = passSpace(at, end);
    if (load<u8>(at) != quote) return 0;
    const keyStart = at + 1;
    const keyEnd = passName(keyStart, end);
    if (keyEnd == 0) return 0;
    at = passSpace(keyEnd + 1, end);
    if (load<u8>(at) != 0x3a) return 0;
    at = passSpace(at + 1, end);
    const valueStart = at;
    at = passValue(at, end);
    if (at == 0) return 0;
    if (keyEnd - keyStart == 10 && isSessionId(keyStart)) {
      sessionStart = valueStart;
      sessionEnd = at;
    } else if (keyEnd - keyStart == 12 && isKvCache(keyStart)) kvCache = answerAt(valueStart);
    if (wantedCount > 0) noteMember(keyStart, keyEnd, valueStart, at, wantedKeys, wantedCount);
    at = passSpace(at, end);
    const next = load<u8>(at);
    at++;
    if (next == 0x7d) return at;
    if (next != 0x2c) return 0;
  }
  return 0;
}

const sessionIdKey = memory.data<u8>([0x73,0x65,0x73,0x73,0x69,0x6f,0x6e,0x5f,0x69,0x64]); // session_id

// @ts-ignore: decorator
@inline
function isSessionId(at: usize): bool {
  return load<u64>(at) == load<u64>(sessionIdKey) && load<u16>(at + 8) == load<u16>(sessionIdKey + 8);
}

const kvCacheKey = memory.data<u8>([0x68,0x61,0x73,0x5f,0x6b,0x76,0x5f,0x63,0x61,0x63,0x68,0x65]); // has_kv_cache

// @ts-ignore: decorator
@inline
function isKvCache(at: usize): bool {
  return load<u64>(at) == load<u64>(kvCacheKey) && load<u32>(at + 8) == load<u32>(kvCacheKey + 8);
}

/** 2 for a value that is true, 1 for false, 0 for any other; the value is known to be valid. */
// @ts-ignore: decorator
@inline
function answerAt(at: usize): i32 {
  const word = load<u32>(at);
  if (word == 0x65757274) return 2;
  return word == 0x736c6166 ? 1 : 0;
}

// @ts-ignore: decorator
@inline
function passSpace(from: usize, end: usize): usize {
  let at = from;
  while (at < end && (load<u8>(at) == 0x20 || load<u8>(at) == 0x09)) at++;
  return at;
}

/** Passes a string from behind its opening quote; returns the place behind the closing one, or 0. */
function passString(from: usize, end: usize): usize {
  let at = from;
  while (at < end) {
    const byte = load<u8>(at);
    if (byte == quote) return at + 1;
    if (byte < 0x20) return 0;
    if (byte == backslash) {
      const escaped = load<u8>(at + 1);
      if (escaped == 0x75) {
        for (let digit: usize = 2; digit < 6; digit++) if (!isHex(load<u8>(at + digit))) return 0;
        at += 6;
        continue;
      }
      if (!isEscape(escaped)) return 0;
      at += 2;
      continue;
    }
    at++;
  }
  return 0;
}

// @ts-ignore: decorator
@inline
function isHex(byte: u8): bool {
  const letter = byte | 0x20;
  return (byte >= 0x30 && byte <= 0x39) || (letter >= 0x61 && letter <= 0x66);
}

/** One of " \ / b f n r t. */
// @ts-ignore: decorator
@inline
function isEscape(byte: u8): bool {
  return byte == quote || byte == backslash || byte == 0x2f || byte == 0x62 || byte == 0x66 ||
    byte == 0x6e || byte == 0x72 || byte == 0x74;
}

function passValue(from: usize, end: usize): usize {
  const first = load<u8>(from);
  if (first == quote) return passString(from + 1, end);
  if (first == 0x2d || (first >= 0x30 && first <= 0x39)) return passNumber(from, end);
  const word = load<u32>(from);
  if (word == 0x65757274) return from + 4; // true
  if (word == 0x6c6c756e) return from + 4; // null
  if (word == 0x736c6166 && load<u8>(from + 4) == 0x65) return from + 5; // false
  return 0;
}

function passNumber(from: usize, end: usize): usize {
  let at = from;
  if (load<u8>(at) == 0x2d) at++;
  if (load<u8>(at) == 0x30) at++;
  else {
    const digits = passDigits(at, end);
    if (digits == at) return 0;
    at = digits;
  }
  if (load<u8>(at) == 0x2e) {
    const digits = passDigits(at + 1, end);
    if (digits == at + 1) return 0;
    at = digits;
  }
  if ((load<u8>(at) | 0x20) == 0x65) {
    at++;
    if (load<u8>(at) == 0x2b || load<u8>(at) == 0x2d) at++;
    const digits = passDigits(at, end);
    if (digits == at) return 0;
    at = digits;
  }
  return at;
}

// @ts-ignore: decorator
@inline
function passDigits(from: usize, end: usize): usize {
  let at = from;
  while (at < end && <u32>(<i32>load<u8>(at) - 0x30) <= 9) at++;
  return at;
}

/**
 * Finds members of a line's metadata. `wanted` is the offset within `keys()` of `count` names, each a
 * length byte and its bytes; for each of them the start and end of its value are written to
 * `members()`, 0 and 0 where there is none. The last of equal keys wins.
 */
export function findMembers(metadata: i32, end: i32, wanted: i32, count: i32): void {
  memory.fill(membersAt, 0, <usize>(count << 3));
  passObject(inputAt + <usize>metadata, inputAt + <usize>end, keysAt + <usize>wanted, count);
}

/**
 * The value of the JSON number at `start`, as parsing the text would give it; NaN where only the host
 * can tell. Up to 15 digits and a power of ten up to 22 are both exact in float64, so that one division
 * rounds correctly (Clinger, "How to read floating point numbers accurately", PLDI 1990).
 */
export function numberAt(start: i32, end: i32): f64 {
  let at = inputAt + <usize>start;
  const stop = inputAt + <usize>end;
  const isNegative = load<u8>(at) == 0x2d;
  if (isNegative) at++;
  let digits: i64 = 0;
  let count = 0;
  let decimals = -1;
  for (; at < stop; at++) {
    const byte = load<u8>(at);
    if (byte == 0x2e) {
      decimals = 0;
      continue;
    }
    const digit = <i32>byte - 0x30;
    if (<u32>digit > 9) return NaN;
    digits = digits * 10 + <i64>digit;
    if (digits != 0) count++;
    if (decimals >= 0) decimals++;
    if (count > 15 || decimals > 7) return NaN;
  }
  if (count == 0 && at == inputAt + <usize>start) return NaN;
  const value = decimals > 0 ? <f64>digits / power10(decimals) : <f64>digits;
  return isNegative ? -value : value;
}

function noteMember(keyStart: usize, keyEnd: usize, valueStart: usize, valueEnd: usize, wanted: usize, count: i32): void {
  const length = <i32>(keyEnd - keyStart);
  let key = wanted;
  for (let index = 0; index < count; index++) {
    const keyLength = <i32>load<u8>(key);
    if (keyLength == length && isSame(key + 1, keyStart, length)) {
      store<i32>(membersAt + <usize>(index << 3), <i32>(valueStart - inputAt));
      store<i32>(membersAt + <usize>(index << 3), <i32>(valueEnd - inputAt), 4);
      return;
    }
    key += <usize>(1 + keyLength);
  }
}

/** The metadata of a line: checked member by member, and asked for what it says. */
import { passBlanks, passString, passValue } from "./json.ts";
import { reserve, slack } from "./memory.ts";
import { numberIn } from "./number.ts";
import { asciiOf, backslash, isSame, quote, space } from "./text.ts";
import { unescape } from "./unescape.ts";

/** Level of the metadata within the line. */
const metadataDepth: i32 = 2;

/** Value of the last session_id that was passed, quotes included; 0 if none was. */
export let sessionStart: usize = 0;
/** Behind its last byte. */
export let sessionEnd: usize = 0;

const sessionIdKey = asciiOf("session_id");

/** What the last has_kv_cache that was passed says: 2 for true, 1 for false, 0 for anything else. */
export let kvCache: i32 = 0;

const kvCacheKey = asciiOf("has_kv_cache");

/** Whether keys are unescaped; otherwise metadata with escaped ones is not passed. */
let unescapesKeys: bool = false;
/** Longer keys are nobody's. */
const maxKeyBytes: i32 = 256;
const keyRoom = reserve(<usize>maxKeyBytes + slack);

/** From now on escaped keys are read, too. */
export function readEscapedKeys(): void {
  unescapesKeys = true;
}

/** From now on metadata with an escaped key is not passed. */
export function leaveEscapedKeys(): void {
  unescapesKeys = false;
}

/** Names of wanted members, written by the host: for each a length byte and its bytes. */
const keysAt = memory.data(4096, 16);
/** Members found: 2 × u32, start and end of the value. */
const membersAt = memory.data(64 * 8, 16);

/** Where the host writes the names of wanted members. */
export function keys(): usize {
  return keysAt;
}

/** Passes metadata and notes its session; 0 if it is no object, or if a key of it is escaped. */
@inline export function passMetadata(from: usize, end: usize): usize {
  sessionStart = 0;
  kvCache = 0;
  if (load<u16>(from) == 0x7d7b) return from + 2; // {}
  return passMembers(from, end, 0, 0);
}

function passMembers(from: usize, end: usize, wanted: usize, count: i32): usize {
  if (load<u8>(from) != 0x7b) return 0;
  let at = from + 1;
  if (load<u8>(at) != quote) {
    at = passBlanks(at, end);
    if (load<u8>(at) == 0x7d) return at + 1;
  }
  while (at < end) {
    if (load<u8>(at) != quote) return 0;
    let key = at + 1;
    let keyEnd = passKey(key, end);
    let keyLength = <i32>(keyEnd - key);
    if (keyEnd == 0) {
      if (!unescapesKeys) return 0;
      keyEnd = passString(key, end) - 1;
      if (keyEnd == <usize>-1) return 0;
      keyLength = unescape(key, keyEnd, keyRoom, maxKeyBytes);
      key = keyRoom;
    }
    const value = passColon(keyEnd + 1, end);
    if (value == 0) return 0;
    at = passValue(value, end, metadataDepth);
    if (at == 0) return 0;
    if (keyLength == 10 && isSame(key, sessionIdKey, 10)) {
      sessionStart = value;
      sessionEnd = at;
    } else if (keyLength == 12 && isSame(key, kvCacheKey, 12)) kvCache = answerAt(value);
    if (count > 0) noteMember(key, keyLength, value, at, wanted, count);
    if (load<u8>(at) <= space) at = passBlanks(at, end);
    const next = load<u8>(at);
    at++;
    if (next == 0x7d) return at;
    if (next != 0x2c) return 0;
    if (load<u8>(at) == space) at++;
    if (load<u8>(at) <= space) at = passBlanks(at, end);
  }
  return 0;
}

/** Passes a key up to its closing quote; an escape might make it a key that is looked for. */
@inline function passKey(from: usize, end: usize): usize {
  for (let at = from; at < end; at += 16) {
    const bytes = v128.load(at);
    const stops = i8x16.bitmask(
      v128.or(
        v128.or(i8x16.eq(bytes, i8x16.splat(quote)), i8x16.eq(bytes, i8x16.splat(backslash))),
        i8x16.lt_u(bytes, i8x16.splat(0x20)),
      ),
    );
    if (stops == 0) continue;
    const stop = at + <usize>ctz(stops);
    return load<u8>(stop) == quote ? stop : 0;
  }
  return 0;
}

@inline function passColon(from: usize, end: usize): usize {
  let at = from;
  if (load<u8>(at) != 0x3a) {
    at = passBlanks(at, end);
    if (load<u8>(at) != 0x3a) return 0;
  }
  at++;
  if (load<u8>(at) == space) at++;
  return load<u8>(at) <= space ? passBlanks(at, end) : at;
}

function noteMember(key: usize, length: i32, value: usize, end: usize, wanted: usize, count: i32): void {
  let name = wanted;
  for (let index = 0; index < count; index++) {
    const nameLength = <i32>load<u8>(name);
    if (nameLength == length && isSame(name + 1, key, length)) {
      const member = membersAt + (<usize>index << 3);
      store<u32>(member, <u32>value);
      store<u32>(member, <u32>end, 4);
      return;
    }
    name += <usize>(1 + nameLength);
  }
}

/** 2 for a value that is true, 1 for false, 0 for any other: its first letter tells, as it is valid. */
@inline function answerAt(value: usize): i32 {
  const first = load<u8>(value);
  return first == 0x74 ? 2 : i32(first == 0x66);
}

/** Asks the host for the number that is written there. */
@external("host", "parseNumber") declare function parseNumber(start: usize, end: usize): f64;

/**
 * Reads values from metadata that has been passed: writes a float64 for each of `count` keys, which
 * begin at `keys() + wanted`, to `target`. The first `numbers` of them are those of numbers: NaN where
 * the member is missing, no number, or not finite; the others of answers, as `kvCache` has them.
 */
export function readValues(
  metadata: usize, end: usize, wanted: i32, numbers: i32, count: i32, target: usize,
): void {
  // Filling so little by a loop is quicker than by a call.
  for (let index = 0; index < count; index++) store<u64>(membersAt + (<usize>index << 3), 0);
  // Whoever took the line has read them.
  readEscapedKeys();
  passMembers(metadata, end, keysAt + <usize>wanted, count);
  leaveEscapedKeys();
  for (let index = 0; index < count; index++) {
    const member = membersAt + (<usize>index << 3);
    const start = <usize>load<u32>(member);
    const first: u8 = start == 0 ? 0 : load<u8>(start);
    let value: f64 = NaN;
    if (index >= numbers) value = start == 0 ? 0 : answerAt(start);
    else if (first == 0x2d || first - 0x30 <= 9) {
      const valueEnd = <usize>load<u32>(member, 4);
      value = numberIn(start, valueEnd);
      if (isNaN(value)) value = parseNumber(start, valueEnd);
    }
    store<f64>(target + (<usize>index << 3), value);
  }
}

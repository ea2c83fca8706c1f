/**
 * JSON, passed over and checked byte by byte. Every function gets the place where something begins
 * and returns the place behind it, 0 if it is anything else.
 */
import { digitsAmong } from "./number.ts";
import { backslash, carriageReturn, quote, space, tab } from "./text.ts";

/** Levels of objects and lists that an event may have; itself is level 1. */
const maxDepth: i32 = 64;

/** Something was not passed because it is nested too deep, whatever else it is. */
let isTooDeep: bool = false;

/** Whether the text from one place to another, not blank, is certainly not JSON, nor what Python makes of it. */
export function isNoJson(start: usize, end: usize): bool {
  isTooDeep = false;
  const behind = passValue(passBlanks(start, end), end, 0);
  if (behind == 0) return !isTooDeep;
  return behind > end || passBlanks(behind, end) != end;
}

/** Passes blanks, a carriage return among them. */
@inline export function passBlanks(from: usize, end: usize): usize {
  let at = from;
  while (at < end) {
    const byte = load<u8>(at);
    if (byte != space && byte != tab && byte != carriageReturn) break;
    at++;
  }
  return at;
}

/** Passes a value that is part of an object or a list of level `depth`. */
export function passValue(from: usize, end: usize, depth: i32): usize {
  const first = load<u8>(from);
  if (first == quote) return passString(from + 1, end);
  if (first - 0x30 <= 9) return passNumber(from, end);
  const word = load<u32>(from);
  if (word == 0x65757274) return from + 4; // true
  if (word == 0x736c6166 && load<u8>(from + 4) == 0x65) return from + 5; // false
  if (word == 0x6c6c756e) return from + 4; // null
  if (first == 0x2d && load<u8>(from + 1) != 0x49) return passNumber(from, end);
  if (first == 0x7b) return passObject(from, end, depth + 1);
  if (first == 0x5b) return passList(from, end, depth + 1);
  return passNonFinite(from);
}

/** Passes NaN, Infinity or -Infinity, which Python writes and which are read as null. */
function passNonFinite(from: usize): usize {
  if ((load<u32>(from) & 0xffffff) == 0x4e614e) return from + 3;
  const at = load<u8>(from) == 0x2d ? from + 1 : from;
  return load<u64>(at) == 0x7974696e69666e49 ? at + 8 : 0;
}

/** Passes a string from behind its opening quote. */
export function passString(from: usize, end: usize): usize {
  let at = from;
  while (at < end) {
    const bytes = v128.load(at);
    const stops = i8x16.bitmask(
      v128.or(
        v128.or(i8x16.eq(bytes, i8x16.splat(quote)), i8x16.eq(bytes, i8x16.splat(backslash))),
        i8x16.lt_u(bytes, i8x16.splat(0x20)),
      ),
    );
    if (stops == 0) {
      at += 16;
      continue;
    }
    at += <usize>ctz(stops);
    const byte = load<u8>(at);
    if (byte == quote) return at + 1;
    if (byte != backslash) return 0;
    at = passEscape(at);
    if (at == 0) return 0;
  }
  return 0;
}

function passEscape(from: usize): usize {
  const escaped = load<u8>(from + 1);
  if (escaped == 0x75) {
    for (let digit: usize = 2; digit < 6; digit++) if (!isHex(load<u8>(from + digit))) return 0;
    return from + 6;
  }
  const isKnown = escaped == quote || escaped == backslash || escaped == 0x2f || escaped == 0x62 ||
    escaped == 0x66 || escaped == 0x6e || escaped == 0x72 || escaped == 0x74;
  return isKnown ? from + 2 : 0;
}

function isHex(byte: u8): bool {
  return byte - 0x30 <= 9 || (byte | 0x20) - 0x61 <= 5;
}

/** Passes a number: of up to 15 bytes without an exponent by one look at all of them. */
@inline export function passNumber(from: usize, end: usize): usize {
  const others = ~digitsAmong(v128.load(from));
  const whole = ctz(others);
  const isShort = whole > 0 && whole < 15 && (load<u8>(from) != 0x30 || whole == 1);
  if (!isShort) return passAnyNumber(from, end);
  const next = load<u8>(from + <usize>whole);
  if (next == 0x2e) {
    const decimals = ctz((others >> (whole + 1)) | 0x10000);
    const last = from + <usize>(whole + 1 + decimals);
    const isPlain = decimals > 0 && whole + 1 + decimals < 16 && (load<u8>(last) | 0x20) != 0x65;
    return isPlain ? last : passAnyNumber(from, end);
  }
  return (next | 0x20) != 0x65 ? from + <usize>whole : passAnyNumber(from, end);
}

function passAnyNumber(from: usize, end: usize): usize {
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

function passDigits(from: usize, end: usize): usize {
  let at = from;
  while (at < end && load<u8>(at) - 0x30 <= 9) at++;
  return at;
}

/** Passes an object of level `depth` whose members mean nothing to anybody. */
function passObject(from: usize, end: usize, depth: i32): usize {
  if (depth > maxDepth) return refuseDepth();
  let at = passBlanks(from + 1, end);
  if (load<u8>(at) == 0x7d) return at + 1;
  while (at < end) {
    if (load<u8>(at) != quote) return 0;
    at = passString(at + 1, end);
    if (at == 0) return 0;
    at = passBlanks(at, end);
    if (load<u8>(at) != 0x3a) return 0;
    at = passValue(passBlanks(at + 1, end), end, depth);
    if (at == 0) return 0;
    at = passBlanks(at, end);
    const next = load<u8>(at);
    if (next == 0x7d) return at + 1;
    if (next != 0x2c) return 0;
    at = passBlanks(at + 1, end);
  }
  return 0;
}

function refuseDepth(): usize {
  isTooDeep = true;
  return 0;
}

function passList(from: usize, end: usize, depth: i32): usize {
  if (depth > maxDepth) return refuseDepth();
  let at = passBlanks(from + 1, end);
  if (load<u8>(at) == 0x5d) return at + 1;
  while (at < end) {
    at = passValue(at, end, depth);
    if (at == 0) return 0;
    at = passBlanks(at, end);
    const next = load<u8>(at);
    if (next == 0x5d) return at + 1;
    if (next != 0x2c) return 0;
    at = passBlanks(at + 1, end);
  }
  return 0;
}

/** Numbers as JSON has them, which is how ECMAScript writes them (`Number::toString`). */
import { digits, exponent, findShortest, highOf } from "./shortest.ts";

/** A number takes so many bytes at most; while it is written, as many behind it may change. */
export const numberBytes: usize = 32;

/** Whole numbers below are exact. */
const largestWhole: f64 = 9007199254740992;
/** Below, decimals of so many places lie farther apart than float64 do. */
const largestOfPlaces: f64 = 4503599627370496;
const places: i32 = 6;
const placesPower: f64 = 1e6;

const powers10 = memory.data<u64>([
  1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000, 10000000000, 100000000000,
  1000000000000, 10000000000000, 100000000000000, 1000000000000000, 10000000000000000,
  100000000000000000, 1000000000000000000,
]);

/** 24 digits, zeros first, and room to read beyond. */
const spelled = memory.data(48, 16);

/** Writes a number, `null` for one that is not finite; returns the end of what was written. */
export function writeNumber(value: f64, to: usize): usize {
  let at = to;
  let size = value;
  if (value < 0) {
    store<u8>(at++, 0x2d);
    size = -value;
  }
  if (size < largestWhole) {
    const whole = <u64>size;
    if (<f64>whole == size) return writeWhole(whole, at);
    const scaled = nearest(size * placesPower);
    // Such a decimal is the shortest: no other one of so many places reads as the same number.
    if (scaled < largestOfPlaces && scaled / placesPower == size) {
      return writeDecimal(<u64>scaled, -places, at);
    }
  } else if (!(size < Infinity)) {
    store<u32>(to, 0x6c6c756e);
    return to + 4;
  }
  findShortest(size);
  return writeDecimal(digits, exponent, at);
}

function writeWhole(value: u64, to: usize): usize {
  if (value < 10) {
    store<u8>(to, <u8>(0x30 + value));
    return to + 1;
  }
  const count = countDigits(value);
  spell(value);
  copyDigits(spelled + 24 - count, to);
  return to + count;
}

/** Writes digits times a power of ten. */
function writeDecimal(given: u64, power: i32, to: usize): usize {
  let value = given;
  let tens = power;
  // Zeros at the end do not count.
  for (;;) {
    const tenth = highOf(value, 0xcccccccccccccccd) >>> 3;
    if (tenth * 10 != value) break;
    value = tenth;
    tens++;
  }
  const count = countDigits(value);
  spell(value);
  const from = spelled + 24 - count;
  const point = <i32>count + tens;
  if (point > 21 || point <= -6) return writeScientific(from, count, point - 1, to);
  if (point <= 0) {
    // 0.00000 as far as it goes.
    store<u64>(to, 0x3030303030302e30);
    const start = to + 2 + <usize>-point;
    copyDigits(from, start);
    return start + count;
  }
  copyDigits(from, to);
  if (tens >= 0) {
    memory.fill(to + count, 0x30, <usize>tens);
    return to + <usize>point;
  }
  store<u8>(to + <usize>point, 0x2e);
  copyDigits(from + <usize>point, to + <usize>point + 1);
  return to + count + 1;
}

function writeScientific(from: usize, count: usize, power: i32, to: usize): usize {
  let at = to;
  store<u8>(at++, load<u8>(from));
  if (count > 1) {
    store<u8>(at++, 0x2e);
    copyDigits(from + 1, at);
    at += count - 1;
  }
  store<u8>(at, 0x65);
  store<u8>(at + 1, power < 0 ? 0x2d : 0x2b);
  return writeWhole(<u64>abs(power), at + 2);
}

/** How many digits a number above zero has. */
@inline function countDigits(value: u64): usize {
  const about = <usize>(((64 - clz(value)) * 1233) >> 12);
  return about + <usize>(value >= load<u64>(powers10 + (about << 3)));
}

/** Spells a number below 10^18 with zeros before it. */
@inline function spell(value: u64): void {
  const upper = value / 100000000;
  store<u64>(spelled, 0x3030303030303030);
  store<u64>(spelled, eightOf(value - upper * 100000000), 16);
  if (upper < 100000000) {
    store<u64>(spelled, eightOf(upper), 8);
    return;
  }
  const top = upper / 100000000;
  store<u64>(spelled, eightOf(upper - top * 100000000), 8);
  store<u64>(spelled, eightOf(top));
}

/** Eight digits of a number, as text: two fours, four pairs, eight. */
@inline function eightOf(value: u64): u64 {
  const fours = (value * 109951163) >>> 40;
  let all = fours | ((value - fours * 10000) << 32);
  const pairs = ((all * 5243) >>> 19) & 0x0000007f0000007f;
  all = pairs | ((all - pairs * 100) << 16);
  const tens = ((all * 103) >>> 10) & 0x000f000f000f000f;
  return (tens | ((all - tens * 10) << 8)) | 0x3030303030303030;
}

/** Copies up to 18 digits, with what stands behind them. */
@inline function copyDigits(from: usize, to: usize): void {
  v128.store(to, v128.load(from));
  store<u16>(to, load<u16>(from, 16), 16);
}

/** Numbers from digits. */

const powers10 = memory.data<f64>([
  1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
]);

/** Ten to a power from 0 to 15: exact in float64. */
@inline export function power10(exponent: i32): f64 {
  return load<f64>(powers10 + (<usize>exponent << 3));
}

/** The greatest whole number up to which float64 holds all. */
export const maxExact: u64 = 1 << 53;

/** Bits set for the digits among 16 bytes. */
@inline export function digitsAmong(bytes: v128): i32 {
  return i8x16.bitmask(i8x16.lt_u(i8x16.sub(bytes, i8x16.splat(0x30)), i8x16.splat(10)));
}

/** The number that 16 digits make, given as values 0 to 9. */
@inline export function valueOf16(digits: v128): u64 {
  // Two by two: pairs of digits, of those pairs, and of those again.
  const tens = i16x8.mul(v128.and(digits, i16x8.splat(0xff)), i16x8.splat(10));
  const pairs = i16x8.add(tens, i16x8.shr_u(digits, 8));
  const fours = i32x4.dot_i16x8_s(pairs, i16x8(100, 1, 100, 1, 100, 1, 100, 1));
  const narrow = i16x8.narrow_i32x4_s(fours, fours);
  const eights = i32x4.dot_i16x8_s(narrow, i16x8(10000, 1, 10000, 1, 10000, 1, 10000, 1));
  const both = i64x2.extract_lane(eights, 0);
  return <u64>(both & 0xffffffff) * 100000000 + <u64>(both >>> 32);
}

const places = memory.data<u8>([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]);

/**
 * The value of the JSON number from `start` up to `end`, as parsing the text would give it; NaN where only
 * the host can tell. A whole number up to 2^53 and a power of ten up to 22 are both exact in float64, so
 * that one division rounds correctly (Clinger, "How to read floating point numbers accurately", PLDI 1990).
 */
export function numberIn(start: usize, end: usize): f64 {
  const isNegative = load<u8>(start) == 0x2d;
  const from = isNegative ? start + 1 : start;
  const length = <i32>(end - from);
  if (length < 1 || length > 16) return NaN;
  const bytes = v128.load(from);
  const within = (1 << length) - 1;
  const points = i8x16.bitmask(i8x16.eq(bytes, i8x16.splat(0x2e))) & within;
  // Digits, and at most one point.
  if ((digitsAmong(bytes) & within) != (within ^ points) || (points & (points - 1)) != 0) return NaN;
  const whole = points == 0 ? length : ctz(points);
  const digits = points == 0 ? length : length - 1;
  // The digits go to the right, those before the point by one place more; zeros come from the left.
  const wanted = i8x16.add(v128.load(places), i8x16.splat(<i8>(digits - 16)));
  const taken = i8x16.sub(wanted, i8x16.ge_s(wanted, i8x16.splat(<i8>whole)));
  const value = valueOf16(v128.and(i8x16.swizzle(bytes, taken), i8x16.splat(0x0f)));
  if (value > maxExact) return NaN;
  const result = <f64><i64>value / power10(digits - whole);
  return isNegative ? -result : result;
}

/**
 * The value of a timestamp of ten digits and up to seven decimals, or of any other number that
 * `numberIn` reads; else NaN.
 */
export function timestampIn(start: usize, end: usize): f64 {
  const length = <i32>(end - start);
  const isUsual = length >= 12 && length <= 18 && load<u8>(start + 10) == 0x2e && load<u8>(start) != 0x2d;
  return isUsual ? splitTimestamp(start, length - 11) : numberIn(start, end);
}

/**
 * The value of ten digits, a point and up to seven decimals, taken by themselves; NaN if they are no
 * digits. Both steps round correctly to what parsing the decimal gives: with at most seven decimals the
 * sum is never close enough to the middle between two float64 for the first rounding to matter.
 */
export function splitTimestamp(start: usize, decimals: i32): f64 {
  const whole = numberIn(start, start + 10);
  if (decimals == 0) return whole;
  const point = start + 10;
  const fraction = numberIn(point + 1, point + 1 + <usize>decimals);
  return whole + fraction / power10(decimals);
}

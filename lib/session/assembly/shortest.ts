/**
 * The shortest decimal that reads as a given float64 and no other, of several the nearest: Giulietti's
 * Schubfach ("The Schubfach way to render doubles", 2022), which takes one product with a power of ten.
 */
import { reserve } from "../../event/scanner/assembly/memory.ts";

/** Powers of ten that are needed: from 10^-292 to 10^324. */
const leastPower: i32 = -292;
const powerCount: usize = 617;

/** The digits of the decimal that was found last, as a whole number. */
export let digits: u64 = 0;
/** The power of ten that they are multiplied with. */
export let exponent: i32 = 0;

let powers: usize = 0;

/**
 * Makes room for the powers of ten: of each the upper 64 of its first 128 bits, then the lower ones, rounded
 * up. The host writes them.
 */
export function openPowers(): usize {
  powers = reserve(powerCount * 16);
  return powers;
}

/** The upper 64 bits of a product. */
@inline export function highOf(a: u64, b: u64): u64 {
  const aLow = a & 0xffffffff, aHigh = a >>> 32;
  const bLow = b & 0xffffffff, bHigh = b >>> 32;
  const first = aHigh * bLow + ((aLow * bLow) >>> 32);
  const second = aLow * bHigh + (first & 0xffffffff);
  return aHigh * bHigh + (first >>> 32) + (second >>> 32);
}

/** Finds the decimal of a finite number above zero that is not whole or is beyond 2^53. */
export function findShortest(value: f64): void {
  const bits = reinterpret<u64>(value);
  const fraction = bits & 0xfffffffffffff;
  const scale = <i32>(bits >>> 52);
  const significand = scale == 0 ? fraction : fraction | 0x10000000000000;
  const binary = scale == 0 ? -1074 : scale - 1075;
  // Below a power of two the numbers lie closer.
  const isCloserBelow = fraction == 0 && scale > 1;
  const power = (binary * 1262611 - (isCloserBelow ? 524031 : 0)) >> 22;
  const shift = <u64>(binary + ((-power * 1741647) >> 19) + 1);
  const entry = powers + (<usize>(-power - leastPower) << 4);
  const high = load<u64>(entry), low = load<u64>(entry, 8);

  // The number, times four and the power, in 192 bits.
  const scaled = (significand << 2) << shift;
  const product0 = low * scaled;
  const middle = high * scaled;
  const product1 = middle + highOf(low, scaled);
  const product2 = highOf(high, scaled) + <u64>(product1 < middle);
  // From there to the ends of what reads as it: half way to its neighbours.
  const above = shift + 1;
  const above0 = product0 + (low << above);
  const carry0 = <u64>(above0 < product0);
  const step1 = (high << above) | (low >>> (64 - above));
  const sum1 = product1 + step1;
  const above1 = sum1 + carry0;
  const above2 = product2 + (high >>> (64 - above)) + <u64>(sum1 < product1) + <u64>(above1 < sum1);
  const below = isCloserBelow ? shift : above;
  const below0 = product0 - (low << below);
  const borrow0 = <u64>(below0 > product0);
  const less1 = product1 - ((high << below) | (low >>> (64 - below)));
  const below1 = less1 - borrow0;
  const below2 = product2 - (high >>> (64 - below)) - <u64>(less1 > product1) - <u64>(below1 > less1);
  const exact = rounded(product2, product1);
  // The ends belong to it only if it is even.
  const isOdd = significand & 1;
  const least = rounded(below2, below1) + isOdd;
  const most = rounded(above2, above1) - isOdd;

  const whole = exact >>> 2;
  const tens = highOf(whole, 0xcccccccccccccccd) >>> 3;
  if (whole >= 10) {
    const isBelowIn = least <= 40 * tens;
    const isAboveIn = 40 * tens + 40 <= most;
    if (isBelowIn != isAboveIn) {
      digits = tens + <u64>isAboveIn;
      exponent = power + 1;
      return;
    }
  }
  const isDownIn = least <= 4 * whole;
  const isUpIn = 4 * whole + 4 <= most;
  const half = 4 * whole + 2;
  const isNearerUp = exact > half || (exact == half && (whole & 1) != 0);
  digits = whole + <u64>(isDownIn != isUpIn ? isUpIn : isNearerUp);
  exponent = power;
}

/** The upper word of a product, its last bit set if anything below it is. */
@inline function rounded(upper: u64, lower: u64): u64 {
  return upper | <u64>(lower > 1);
}

const [least, greatest] = [-292, 324];

/**
 * The powers from 10^-292 to 10^324 as the engine's numbers are written with: of each the upper and the lower
 * 64 of its first 128 bits, rounded up.
 */
export function powersOfTen(): BigUint64Array {
  const words = new BigUint64Array((greatest - least + 1) * 2);
  let ten = 1n;
  for (let power = 0; power <= greatest; power++) {
    const length = lengthOf(power);
    put(
      words,
      power,
      length <= 128n ? ten << (128n - length) : divideUp(ten, 1n << (length - 128n)),
    );
    if (power > 0 && power <= -least) put(words, -power, divideUp(1n << (127n + length), ten));
    ten *= 10n;
  }
  return words;
}

function put(words: BigUint64Array, power: number, bits: bigint): void {
  const at = (power - least) * 2;
  words[at] = bits >> 64n;
  words[at + 1] = BigInt.asUintN(64, bits);
}

/** How many bits ten to this power takes. */
function lengthOf(power: number): bigint {
  return BigInt(Math.floor(power * Math.log2(10)) + 1);
}

function divideUp(dividend: bigint, divisor: bigint): bigint {
  return (dividend + divisor - 1n) / divisor;
}

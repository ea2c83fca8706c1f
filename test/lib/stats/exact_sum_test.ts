import { describe, expect, test } from "bun:test";
import { ExactSum } from "../../../lib/stats/exact_sum.ts";
import { seededRandom, startSeconds } from "../../support/events.ts";

const unitBits = 1074n;

/** A float64 as a whole number of the smallest unit that float64 knows, 2^-1074. */
function unitsOf(value: number): bigint {
  const bits = new BigUint64Array(Float64Array.of(value).buffer)[0] ?? 0n;
  const exponent = (bits >> 52n) & 0x7ffn;
  const mantissa = bits & ((1n << 52n) - 1n);
  const units = exponent === 0n ? mantissa : (mantissa | (1n << 52n)) << (exponent - 1n);
  return value < 0 ? -units : units;
}

/** The float64 nearest to a number of units, ties to even. */
function nearest(units: bigint): number {
  const size = units < 0n ? -units : units;
  const surplus = BigInt(Math.max(0, size.toString(2).length - 53));
  let mantissa = size >> surplus;
  const rest = size - (mantissa << surplus);
  const half = surplus === 0n ? 1n : 1n << (surplus - 1n);
  if (surplus > 0n && (rest > half || (rest === half && (mantissa & 1n) === 1n))) mantissa++;
  // Twice by powers of two: neither step rounds again, as the mantissa is whole and fits.
  const shift = Number(surplus - unitBits);
  const value = Number(mantissa) * 2 ** Math.max(shift, -1000) * 2 ** Math.min(0, shift + 1000);
  return units < 0n ? -value : value;
}

function sumOf(values: readonly number[]): ExactSum {
  const sum = new ExactSum();
  for (const value of values) sum.add(value);
  return sum;
}

function shuffled(values: readonly number[], random: () => number): number[] {
  const copy = [...values];
  for (let at = copy.length - 1; at > 0; at--) {
    const other = Math.floor(random() * (at + 1));
    [copy[at], copy[other]] = [copy[other] ?? 0, copy[at] ?? 0];
  }
  return copy;
}

type Sampler = (random: () => number, index: number) => number;

const kinds: readonly [name: string, sampler: Sampler][] = [
  ["differences of instants", (random) => startSeconds + random() * 1e4 - startSeconds],
  ["decimals", (random) => Math.floor(random() * 1e6) / 1e6],
  ["of very different sizes", (random) => 2 ** (random() * 200 - 100)],
  ["of every size", (random) => 2 ** (random() * 1900 - 950)],
  ["of every size and both signs", (random) => (random() - 0.5) * 2 ** (random() * 1900 - 950)],
  ["subnormal and not", (random) => 2 ** -(1000 + random() * 74)],
  ["nearly cancelling", (random, index) => [1e16, random(), -1e16][index % 3] ?? 0],
  [
    "half a unit beside even and odd",
    (_, index) => [2 ** 53, 1, 2 ** -60, 1, -(2 ** -61)][index % 5] ?? 0,
  ],
  ["ties", (random) => 2 ** Math.floor(random() * 120 - 60)],
];

describe("ExactSum", () => {
  test.each(kinds)("rounds once, in any order and any parts: %s", (name, sampler) => {
    let [cases, inexact] = [0, 0];
    for (let seed = 1; seed <= 150; seed++) {
      const random = seededRandom(seed);
      const count = 1 + Math.floor(random() * 60);
      const values = Array.from({ length: count }, (_, index) => sampler(random, index));
      const wanted = nearest(values.reduce((units, value) => units + unitsOf(value), 0n));
      expect(sumOf(values).read()).toBe(wanted);
      expect(sumOf(shuffled(values, random)).read()).toBe(wanted);
      const cut = Math.floor(random() * count);
      const merged = sumOf(values.slice(0, cut));
      merged.merge(sumOf(values.slice(cut)).parts());
      expect(merged.read()).toBe(wanted);
      cases++;
      if (values.reduce((sum, value) => sum + value, 0) !== wanted) inexact++;
    }
    expect(cases).toBe(150);
    // Whoever adds them one by one gets another sum, but not of such differences.
    if (name === "differences of instants") expect(inexact).toBe(0);
    else expect(inexact).toBeGreaterThan(2);
  });

  test("keeps nothing but the sum of differences of instants", () => {
    const random = seededRandom(7);
    const values = Array.from({ length: 20_000 }, () => {
      const instant = startSeconds + Math.floor(random() * 1e6) / 1e6;
      return startSeconds + 1 + random() - instant;
    });
    expect(sumOf(values).parts().length).toBe(1);
  });

  test("keeps few parts whatever it is given", () => {
    const random = seededRandom(8);
    const values = Array.from({ length: 5_000 }, () => 2 ** (random() * 2000 - 1000));
    expect(sumOf(values).parts().length).toBeLessThan(100);
  });

  test("is infinite beyond the largest float64, and stays so", () => {
    const sum = sumOf([1e308, 0.1, 1e308, 0.2, -1e308]);
    expect(sum.read()).toBe(Number.POSITIVE_INFINITY);
    const merged = sumOf([5]);
    merged.merge(sum.parts());
    expect(merged.read()).toBe(Number.POSITIVE_INFINITY);
  });

  test("of nothing is zero", () => {
    expect(new ExactSum().read()).toBe(0);
    expect(sumOf([-0]).read()).toBe(0);
  });
});

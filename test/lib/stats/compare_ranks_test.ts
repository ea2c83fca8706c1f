import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { compareRanks } from "../../../lib/stats/compare_ranks.ts";

interface Reference {
  readonly call: string;
  readonly before: readonly number[];
  readonly after: readonly number[];
  readonly pValue: number;
  /** SciPy's statistic: pairs in which the value before is the higher one. */
  readonly wins: number;
}

/** From SciPy 1.17.1, scipy.stats.mannwhitneyu(before, after, …). */
const references: readonly Reference[] = [
  {
    call: "method='exact'",
    before: [1, 2, 3, 4, 5],
    after: [6, 7, 8, 9, 10],
    pValue: 0.007936507936507936,
    wins: 0,
  },
  {
    call: "method='exact'",
    before: [3.1, 4.2, 5.3, 2.2, 8.8, 1.5],
    after: [4.1, 5.5, 6.7, 9.1, 3.3, 7.7, 6.1],
    pValue: 0.13752913752913754,
    wins: 10,
  },
  {
    call: "method=PermutationMethod(n_resamples=10**7), which counts all choices",
    before: [1, 1, 2, 3, 3, 3],
    after: [2, 3, 3, 4, 5],
    pValue: 0.15151515151515152,
    wins: 6.5,
  },
  {
    call: "method=PermutationMethod(n_resamples=10**7), which counts all choices",
    before: [200, 200, 200, 201, 202, 200, 203, 204],
    after: [200, 201, 201, 205, 206, 203, 203, 207, 200],
    pValue: 0.18124228712464008,
    wins: 22,
  },
  {
    call: "method=PermutationMethod(n_resamples=10**7), which counts all choices",
    before: [7, 7, 7],
    after: [7, 7, 7, 7],
    pValue: 1,
    wins: 6,
  },
  {
    call: "method='asymptotic'",
    before: [
      109.0, 122.8, 108.6, 72.2, 125.4, 111.8, 87.4, 115.6, 109.5, 107.6, 100.7, 114.6, 83.2, 96.0,
      88.6, 116.1, 101.0, 92.9, 82.2, 93.8, 100.2, 93.3, 138.2, 128.6, 50.8,
    ],
    after: [
      69.8, 107.2, 100.8, 118.1, 118.3, 190.2, 84.8, 101.9, 186.6, 131.7, 132.2, 98.5, 74.2, 116.8,
      115.1, 82.4, 94.4, 110.0, 88.4, 109.3, 114.7, 113.0, 98.7, 129.9,
    ],
    pValue: 0.26699902648549434,
    wins: 244,
  },
  {
    call: "method='asymptotic', ties",
    before: [
      7, 6, 4, 6, 4, 7, 4, 7, 5, 3, 5, 5, 5, 4, 4, 5, 4, 5, 6, 3, 5, 7, 5, 4, 6, 5, 7, 5, 3, 5,
    ],
    after: [5, 8, 6, 4, 4, 8, 7, 5, 6, 7, 7, 8, 6, 6, 6, 8, 3, 6, 6, 4, 7, 5],
    pValue: 0.015436264564880633,
    wins: 201.5,
  },
];

const sorted = (values: readonly number[]) => Float64Array.from(values).sort();

/** Every way to choose `count` of the places 0 to `of` − 1. */
function* choices(of: number, count: number, from = 0): Generator<readonly number[]> {
  if (count === 0) yield [];
  else
    for (let first = from; first <= of - count; first++)
      for (const rest of choices(of, count - 1, first + 1)) yield [first, ...rest];
}

/** The same p-value by trying out every way to deal the values out to two sides. */
function enumerated(before: readonly number[], after: readonly number[]): number {
  const all = [...before, ...after];
  const winsOf = (places: readonly number[]) => {
    let wins = 0;
    for (const place of places)
      for (const [other, value] of all.entries())
        if (!places.includes(other)) wins += Math.sign((all[place] ?? 0) - value) / 2 + 0.5;
    return wins;
  };
  const seen = winsOf(before.map((_, index) => index));
  let [count, low, high] = [0, 0, 0];
  for (const places of choices(all.length, before.length)) {
    const wins = winsOf(places);
    count++;
    if (wins <= seen) low++;
    if (wins >= seen) high++;
  }
  return Math.min(1, (2 * Math.min(low, high)) / count);
}

describe("compareRanks()", () => {
  test("gives the p-values of SciPy, exact and approximate, with ties and without", () => {
    expect(references.length).toBe(7);
    for (const { call, before, after, pValue, wins } of references) {
      const found = compareRanks(sorted(before), sorted(after));
      expect({ call, p: found.pValue }).toEqual({ call, p: expect.closeTo(pValue, 12) });
      expect(found.above).toBeCloseTo(1 - wins / (before.length * after.length), 12);
    }
  });

  test("counts every way to deal out the values, whatever ties there are", () => {
    const values = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 5 });
    let compared = 0;
    fc.assert(
      fc.property(values, values, (before, after) => {
        const { pValue } = compareRanks(sorted(before), sorted(after));
        expect(pValue).toBeCloseTo(enumerated(before, after), 12);
        compared++;
      }),
    );
    expect(compared).toBeGreaterThanOrEqual(100);
  });

  test("knows no order: sides swapped, the p-value stays and the direction turns", () => {
    const before = sorted(Array.from({ length: 30 }, (_, index) => (index * 37) % 41));
    const after = sorted(Array.from({ length: 25 }, (_, index) => (index * 17) % 43));
    const [one, other] = [compareRanks(before, after), compareRanks(after, before)];
    expect(one.pValue).toBeCloseTo(other.pValue, 12);
    expect(one.above).toBeCloseTo(1 - other.above, 12);
  });

  test("tells nothing of values that are all the same, however many", () => {
    const constant = new Float64Array(50).fill(200);
    expect(compareRanks(constant, constant)).toEqual({ pValue: 1, above: 0.5 });
  });

  test("passes from the exact count to the approximation without a leap", () => {
    const values = (count: number, shift: number) =>
      Float64Array.from({ length: count }, (_, index) => index + shift);
    const exact = compareRanks(values(20, 0), values(20, 6.5)).pValue;
    const approximate = compareRanks(values(21, 0), values(20, 6.5)).pValue;
    expect(exact).toBeLessThan(0.05);
    expect(Math.abs(approximate - exact)).toBeLessThan(0.01);
  });
});

import { describe, expect, test } from "bun:test";
import { bootstrapMedians } from "../../../lib/stats/median_bootstrap.ts";
import { Random } from "../../../lib/stats/random.ts";
import { sampleOf } from "../../../lib/stats/sample.ts";

const resamples = 20_000;

/** The same bootstrap by making every resample, the way of textbooks. */
function plain(before: readonly number[], after: readonly number[], random: Random) {
  const medianOf = (values: readonly number[]) =>
    sampleOf(values.map(() => values[random.below(values.length)] ?? Number.NaN)).median ?? 0;
  const differences = Array.from({ length: resamples }, () => medianOf(after) - medianOf(before));
  const ordered = differences.sort((a, b) => a - b);
  const mean = ordered.reduce((a, b) => a + b, 0) / resamples;
  return {
    low: ordered[Math.round(0.025 * resamples)] ?? 0,
    high: ordered[Math.round(0.975 * resamples)] ?? 0,
    standardError: Math.sqrt(ordered.reduce((sum, d) => sum + (d - mean) ** 2, 0) / resamples),
  };
}

const sizes: readonly [n: number, m: number][] = [
  [1, 2],
  [3, 4],
  [6, 7],
  [20, 33],
  [100, 101],
];

describe("bootstrapMedians()", () => {
  test.each(sizes)("agrees with resamples that are really made, of %d and %d values", (n, m) => {
    const random = new Random(11);
    const before = Array.from({ length: n }, () => 100 * Math.exp(0.25 * random.normal()));
    const after = Array.from({ length: m }, () => 115 * Math.exp(0.25 * random.normal()));
    const expected = plain(before, after, random);
    const found = bootstrapMedians(sampleOf(before).values, sampleOf(after).values, {
      random,
      resamples,
    });
    // Both are random: ends agree to a part of the width.
    const width = Math.max(expected.high - expected.low, 1e-9);
    expect(Math.abs(found.low - expected.low) / width).toBeLessThan(0.06);
    expect(Math.abs(found.high - expected.high) / width).toBeLessThan(0.06);
    expect(Math.abs(found.standardError - expected.standardError) / width).toBeLessThan(0.02);
  });

  test("is the same in every run, and of no width where nothing varies", () => {
    const { values } = sampleOf([3, 1, 4, 1, 5, 9, 2, 6]);
    const other = sampleOf([2, 7, 1, 8, 2, 8, 1, 8]).values;
    const run = () => bootstrapMedians(values, other, { random: new Random(1), resamples: 500 });
    expect(run()).toEqual(run());
    const constant = new Float64Array(9).fill(200);
    const options = { random: new Random(1), resamples: 500 };
    expect(bootstrapMedians(constant, constant, options)).toEqual({
      low: 0,
      high: 0,
      standardError: 0,
    });
  });

  test("widens by an error that the difference has beside sampling", () => {
    const constant = new Float64Array(9).fill(200);
    const { low, high, standardError } = bootstrapMedians(constant, constant, {
      random: new Random(1),
      resamples,
      extraError: 10,
    });
    expect(standardError).toBeCloseTo(10, 0);
    expect(low).toBeCloseTo(-19.6, -1);
    expect(high).toBeCloseTo(19.6, -1);
  });

  /** What the interval is for: how often it holds the truth. */
  const sources: readonly [name: string, draw: (random: Random) => number][] = [
    ["log-normal", (random) => Math.exp(0.25 * random.normal())],
    ["exponential", (random) => random.exponential()],
    ["two code paths", (random) => (random.uniform() < 0.7 ? 1 : 2) + 0.05 * random.normal()],
  ];
  const counts = [6, 10, 20, 50];

  test.each(sources)("holds the true difference in 95 %% of samples: %s", (_, draw) => {
    const random = new Random(17);
    const runs = 1_000;
    let asked = 0;
    for (const n of counts) {
      let held = 0;
      for (let run = 0; run < runs; run++) {
        const [before, after] = [n, n].map((count) =>
          sampleOf(Array.from({ length: count }, () => draw(random))),
        );
        const { low, high } = bootstrapMedians(
          before?.values ?? new Float64Array(),
          after?.values ?? new Float64Array(),
          { random, resamples: 400 },
        );
        if (low <= 0 && 0 <= high) held++;
        asked++;
      }
      // 95 % less three standard errors of 1 000 runs; the ends of 400 resamples cost some more.
      expect(held / runs).toBeGreaterThan(0.925);
    }
    expect(asked).toBe(counts.length * runs);
  });
});

import { describe, expect, test } from "bun:test";
import {
  emptySeries,
  percentileOf,
  SeriesBuilder,
  toMilliseconds,
} from "../../../lib/stats/series.ts";
import { seededRandom } from "../../support/events.ts";

function seriesOf(samples: readonly number[], exact = true) {
  const builder = new SeriesBuilder(exact);
  for (const sample of samples) builder.add(sample);
  return builder.summarize();
}

/** Type 7 as R's documentation words it: position 1 + (n − 1)p, counted from 1. */
function naiveType7(samples: readonly number[], fraction: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const position = 1 + (sorted.length - 1) * fraction;
  const below = sorted[Math.trunc(position) - 1] ?? Number.NaN;
  const above = sorted[Math.trunc(position)] ?? below;
  return below * (1 - (position % 1)) + above * (position % 1);
}

describe("SeriesBuilder", () => {
  test("agrees with a naive type 7 on seeded samples of 1 to 300", () => {
    let cases = 0;
    for (let n = 1; n <= 300; n++) {
      const random = seededRandom(n);
      const samples = Array.from({ length: n }, () => Math.round(random() * 1e6) / 1e3);
      const series = seriesOf(samples);
      const sorted = [...samples].sort((a, b) => a - b);
      expect([series.n, series.min, series.max]).toEqual([
        n,
        sorted[0] ?? null,
        sorted.at(-1) ?? null,
      ]);
      expect(series.mean).toBeCloseTo(samples.reduce((sum, one) => sum + one, 0) / n, 9);
      expect(series.p50).toBeCloseTo(naiveType7(samples, 0.5), 9);
      expect(series.p90).toBeCloseTo(naiveType7(samples, 0.9), 9);
      if (n >= 20) expect(series.p95).toBeCloseTo(naiveType7(samples, 0.95), 9);
      if (n >= 100) expect(series.p99).toBeCloseTo(naiveType7(samples, 0.99), 9);
      cases++;
    }
    expect(cases).toBe(300);
  });

  test("interpolates between neighbours: known values", () => {
    expect(seriesOf([1, 2, 3, 4])).toMatchObject({ p50: 2.5, p90: 3.7, mean: 2.5 });
    expect(seriesOf([4, 3, 2, 1])).toMatchObject({ p50: 2.5, p90: 3.7 });
    expect(seriesOf([7])).toMatchObject({ n: 1, mean: 7, min: 7, p50: 7, p90: 7, max: 7 });
    expect(seriesOf([0, 10])).toMatchObject({ p50: 5, p90: 9 });
  });

  test("cannot tell p95 below 20 samples, nor p99 below 100", () => {
    const ones = (n: number) => seriesOf(Array(n).fill(1));
    expect([ones(19).p95, ones(20).p95]).toEqual([null, 1]);
    expect([ones(99).p99, ones(100).p99]).toEqual([null, 1]);
    const sketched = (n: number) => seriesOf(Array(n).fill(1), false);
    expect([sketched(19).p95, sketched(20).p95]).toEqual([null, 1]);
    expect([sketched(99).p99, sketched(100).p99]).toEqual([null, 1]);
  });

  test("is n 0 with nulls when nobody has added to it", () => {
    expect(new SeriesBuilder().summarize()).toEqual(emptySeries);
    expect(new SeriesBuilder(false).summarize()).toEqual(emptySeries);
    expect(Object.values(emptySeries)).toEqual([0, ...Array(8).fill(null)]);
  });

  test("carries the share it is given", () => {
    const builder = new SeriesBuilder();
    builder.add(1);
    expect(builder.summarize(0.25).share).toBe(0.25);
    expect(builder.summarize().share).toBeNull();
  });

  test("can be read at any time and added to afterwards", () => {
    const builder = new SeriesBuilder();
    builder.add(3);
    builder.add(1);
    expect(builder.summarize().p50).toBe(2);
    builder.add(2);
    builder.add(10);
    expect(builder.summarize()).toMatchObject({ n: 4, p50: 2.5, max: 10 });
  });

  test("is exact up to 10 000 samples and within 0.5 % beyond", () => {
    const random = seededRandom(5);
    const samples = Array.from({ length: 10_001 }, () => Math.exp(random() * 6 - 3));
    const within = seriesOf(samples.slice(0, 10_000));
    expect(within.p50).toBeCloseTo(naiveType7(samples.slice(0, 10_000), 0.5), 12);
    expect(within.p99).toBeCloseTo(naiveType7(samples.slice(0, 10_000), 0.99), 12);
    const beyond = seriesOf(samples);
    for (const [fraction, value] of [
      [0.5, beyond.p50],
      [0.9, beyond.p90],
      [0.95, beyond.p95],
      [0.99, beyond.p99],
    ] as const) {
      const truth = naiveType7(samples, fraction);
      expect(value).not.toBe(truth);
      expect(Math.abs((value ?? 0) / truth - 1)).toBeLessThanOrEqual(0.005);
    }
    // n, mean, min and max stay exact.
    expect(beyond.n).toBe(10_001);
    expect(beyond.min).toBe(Math.min(...samples));
    expect(beyond.max).toBe(Math.max(...samples));
    expect(beyond.mean).toBeCloseTo(samples.reduce((sum, one) => sum + one, 0) / 10_001, 9);
  });

  test("never leaves the range of its samples, though the sketch rounds", () => {
    for (const value of [0.000123, 1, 7.77, 86_400]) {
      const series = seriesOf(Array(20_000).fill(value));
      expect([series.min, series.p50, series.p99, series.max]).toEqual(Array(4).fill(value));
    }
  });
});

describe("medianDeviation()", () => {
  const naive = (samples: readonly number[]) => {
    const median = naiveType7(samples, 0.5);
    return naiveType7(
      samples.map((sample) => Math.abs(sample - median)),
      0.5,
    );
  };
  const builderOf = (samples: readonly number[]) => {
    const builder = new SeriesBuilder();
    for (const sample of samples) builder.add(sample);
    return builder;
  };

  test("is the median of the distances from the median, as a naive computation has it", () => {
    const random = seededRandom(31);
    let compared = 0;
    for (let count = 1; count <= 60; count++) {
      for (const spread of [0, 1, 4, 1_000]) {
        const samples = Array.from({ length: count }, () => 2 + Math.floor(random() * spread) / 8);
        expect(builderOf(samples).medianDeviation()).toBeCloseTo(naive(samples), 12);
        compared++;
      }
    }
    expect(compared).toBe(240);
    expect(new SeriesBuilder().medianDeviation()).toBeNull();
  });

  test("comes from a sketch to within 0.8 % of the median", () => {
    const random = seededRandom(32);
    const samples = Array.from({ length: 10_001 }, () => 1 + random() ** 2);
    const found = builderOf(samples).medianDeviation() ?? Number.NaN;
    expect(Math.abs(found - naive(samples))).toBeLessThan(0.008 * naiveType7(samples, 0.5));
    expect(found).toBeGreaterThan(0.1);
    expect(builderOf(Array(20_000).fill(0.206)).medianDeviation()).toBe(0);
  });

  test("may be read at any time, before and after the rest", () => {
    const builder = builderOf([5, 1, 3]);
    expect([builder.medianDeviation(), builder.summarize().p50]).toEqual([2, 3]);
    builder.add(2);
    builder.add(2);
    expect([builder.summarize().p50, builder.medianDeviation()]).toEqual([2, 1]);
  });
});

describe("percentileOf()", () => {
  test("asks only for ranks that exist", () => {
    const asked: number[] = [];
    for (const n of [1, 2, 3, 10]) {
      for (const fraction of [0, 0.5, 0.9, 1]) {
        percentileOf(n, fraction, (rank) => {
          asked.push(rank);
          expect(rank).toBeLessThan(n);
          return rank;
        });
      }
    }
    expect(asked.length).toBeGreaterThanOrEqual(16);
    expect(asked.every((rank) => Number.isInteger(rank) && rank >= 0)).toBe(true);
  });
});

test("toMilliseconds() scales every duration, and neither n nor share nor what is unknown", () => {
  const series = { ...emptySeries, n: 3, mean: 0.5, min: 0, p50: 0.25, max: 2, share: 0.125 };
  expect(toMilliseconds(series)).toEqual({
    ...emptySeries,
    n: 3,
    mean: 500,
    min: 0,
    p50: 250,
    max: 2000,
    share: 0.125,
  });
});

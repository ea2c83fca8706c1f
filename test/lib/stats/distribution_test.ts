import { expect, test } from "bun:test";
import { DistributionBuilder } from "../../../lib/stats/distribution.ts";
import { SeriesBuilder } from "../../../lib/stats/series.ts";

test("DistributionBuilder counts every sample in its part, the last one included", () => {
  const builder = new DistributionBuilder(0, 60);
  for (const value of [0, 0.5, 1, 59.9, 60]) builder.add(value, 1);
  builder.add(30, 7);
  builder.add(61, 2);
  const { low, high, counts, beyond } = builder.read(1000);
  expect([low, high, beyond, counts.length]).toEqual([0, 60_000, 2, 60]);
  expect([counts[0], counts[1], counts[30], counts[59]]).toEqual([2, 1, 7, 2]);
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(12);
});

test("DistributionBuilder puts samples that are all alike into one part", () => {
  const builder = new DistributionBuilder(2, 2);
  builder.add(2, 5);
  expect(builder.read(1).counts[0]).toBe(5);
});

test("distribution() of a series counts all samples, exact or sketched, and cuts what is far out", () => {
  const sizes = [40, 12_000];
  for (const n of sizes) {
    const series = new SeriesBuilder();
    for (let index = 0; index < n; index++) series.add(1 + index / n);
    series.add(1000);
    const found = series.distribution(1);
    const inside = found?.counts.reduce((sum, count) => sum + count, 0);
    expect([inside, found?.beyond, found?.low]).toEqual([n, 1, 1]);
    expect(found?.high).toBeGreaterThan(2);
    expect(found?.high).toBeLessThan(4.1);
    // The samples are spread evenly: each part has its share, as far as a sketch can tell.
    const share = (n * ((found?.high ?? 0) - 1)) / 60;
    expect(Math.abs((found?.counts[5] ?? 0) - share)).toBeLessThan(share / 2);
  }
  expect(sizes.length).toBe(2);
  expect(new SeriesBuilder().distribution(1)).toBeNull();
});

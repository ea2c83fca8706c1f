import { expect, test } from "bun:test";
import { slotParts } from "../../../lib/clickhouse/measured_series.ts";
import { SeriesBuilder } from "../../../lib/stats/series.ts";

const measured = {
  ...{ n: 4, sum: 10_000_000, least: 1_000_000, most: 4_000_000, wait: 5_000_000, requests: 3 },
};

test("slotParts() gives every sample where all are told", () => {
  const { series, wait, requests, taken } = slotParts({
    ...{ ...measured, series: 6, keys: [4_000_000, 1_000_000, 2_500_000], counts: [1, 1, 2] },
  });
  expect([...(series.samples ?? [])]).toEqual([4, 1, 2.5, 2.5]);
  expect(series.sketch).toBeNull();
  expect({ ...series, samples: null }).toMatchObject({ n: 4, sum: [10], min: 1, max: 4 });
  expect([wait, requests, taken]).toEqual([[5], 3, 4]);
});

test("slotParts() gives the buckets of the sketch where only these are told", () => {
  // 1 s, 2 s and 4 s are the first of 128 buckets of their powers of two.
  const [one, two, four] = [1023 * 128, 1024 * 128, 1025 * 128];
  const { series } = slotParts({
    ...{ ...measured, series: 7, keys: [four, 0, one, two], counts: [1, 2, 4, 3], n: 10, least: 0 },
  });
  expect(series.sketch).toMatchObject({ count: 10, zeros: 2, lowest: one });
  const builder = new SeriesBuilder();
  builder.merge(series);
  const { n, min, p50, p90, max } = builder.summarize();
  expect([n, min, max]).toEqual([10, 0, 4]);
  expect(p50).toBeCloseTo(1, 1);
  expect(p90).toBeCloseTo(2.2, 1);
});

test("slotParts() gives nothing of a series that nobody has met", () => {
  const builder = new SeriesBuilder();
  builder.add(3);
  builder.merge(slotParts(null).series);
  expect(builder.summarize()).toMatchObject({ n: 1, min: 3, p50: 3, max: 3, mean: 3 });
});

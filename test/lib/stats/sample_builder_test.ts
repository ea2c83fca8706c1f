import { describe, expect, test } from "bun:test";
import { Random } from "../../../lib/stats/random.ts";
import { maxKeptSamples, SampleBuilder } from "../../../lib/stats/sample_builder.ts";

describe("SampleBuilder", () => {
  test("keeps every sample with its numbers, in their order", () => {
    const builder = new SampleBuilder(2);
    for (let index = 0; index < 500; index++) {
      if (builder.add(500 - index)) builder.tell([index, -index]);
    }
    const { n, median, values, beside } = builder.read();
    expect({ n, median }).toEqual({ n: 500, median: 250.5 });
    expect([...values.slice(0, 3)]).toEqual([500, 499, 498]);
    expect([...beside.slice(0, 6)]).toEqual([0, -0, 1, -1, 2, -2]);
    expect(beside.length).toBe(1000);
  });

  test("has nothing beside samples that bring nothing", () => {
    const builder = new SampleBuilder(0);
    builder.add(3);
    expect(builder.read()).toEqual({
      n: 1,
      median: 3,
      values: Float64Array.of(3),
      beside: new Float64Array(0),
    });
  });

  test("keeps a fair part of many, each sample with its own numbers, the same in every run", () => {
    const count = 8 * maxKeptSamples;
    const run = () => {
      const builder = new SampleBuilder(1);
      for (let index = 0; index < count; index++) {
        if (builder.add(index)) builder.tell([2 * index]);
      }
      return builder.read();
    };
    const { n, median, values, beside } = run();
    expect(n).toBe(count);
    // Of all of them, by the sketch: within 0.5 %.
    expect(Math.abs(median / (count / 2) - 1)).toBeLessThan(0.005);
    expect(values.length).toBe(maxKeptSamples);
    expect(new Set(values).size).toBe(maxKeptSamples);
    expect(values.every((value, row) => beside[row] === 2 * value)).toBe(true);
    // Every eighth of the log is there with an eighth of the samples: five standard errors.
    for (let part = 0; part < 8; part++) {
      const from = (part * count) / 8;
      const kept = values.filter((value) => value >= from && value < from + count / 8).length;
      expect(Math.abs(kept - maxKeptSamples / 8)).toBeLessThan(5 * Math.sqrt(maxKeptSamples / 8));
    }
    expect(run()).toEqual({ n, median, values, beside });
  });

  test("is exact up to its last place", () => {
    const random = new Random(1);
    const all = Array.from({ length: maxKeptSamples }, () => random.uniform());
    const builder = new SampleBuilder(0);
    for (const value of all) builder.add(value);
    expect([...builder.read().values]).toEqual(all);
  });
});

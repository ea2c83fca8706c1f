import { describe, expect, test } from "bun:test";
import { adjustForWorkload, chooseMeasures } from "../../../lib/judge/adjust_workload.ts";
import { compareFamily } from "../../../lib/judge/compare_samples.ts";
import type { StageSamples } from "../../../lib/report/sample_report.ts";
import { Random } from "../../../lib/stats/random.ts";
import { sampleOf } from "../../../lib/stats/sample.ts";

const later = Number.POSITIVE_INFINITY;

/** A stage whose samples have two measures each. */
function stage(rows: readonly (readonly [ms: number, a: number, b: number])[]): StageSamples {
  const values = rows.map(([ms]) => ms);
  return {
    n: rows.length,
    medianMs: sampleOf(values).median ?? Number.NaN,
    valuesMs: Float64Array.from(values),
    workload: Float64Array.from(rows.flatMap(([, a, b]) => [a, b])),
  };
}

/** Samples of 100 ms plus half a millisecond a token, of so many tokens on average. */
function side(random: Random, count: number, tokens: number, ms = 100): StageSamples {
  return stage(
    Array.from({ length: count }, () => {
      const own = tokens * (0.5 + random.uniform());
      return [ms + 0.5 * own + 5 * random.normal(), own, Number.NaN] as const;
    }),
  );
}

describe("chooseMeasures()", () => {
  const choose = (
    before: readonly (readonly [number, number, number])[],
    after: readonly (readonly [number, number, number])[],
  ) => chooseMeasures(stage(before), stage(after), 2);

  test("takes what is known on both sides and varies", () => {
    expect(choose([[1, 600, 3]], [[1, 700, 4]])).toEqual([0, 1]);
    expect(choose([[1, 600, 3]], [[1, 700, 3]])).toEqual([0]);
    expect(choose([[1, 600, 3]], [[1, 700, Number.NaN]])).toEqual([0]);
    expect(choose([[1, 5, 5]], [[1, 5, 5]])).toEqual([]);
    expect(chooseMeasures(stage([]), stage([]), 2)).toEqual([]);
  });

  test("takes what half of the samples know, and nothing that was told too late", () => {
    const half = [
      [1, 600, 1],
      [1, Number.NaN, later],
    ] as const;
    const less = [...half, [1, later, Number.NaN]] as const;
    expect(choose(half, [[1, 700, 2]])).toEqual([0, 1]);
    expect(choose(less, [[1, 700, 2]])).toEqual([]);
  });
});

describe("adjustForWorkload()", () => {
  test("finds no change where only the prompts have grown, and says what they make", () => {
    const random = new Random(1);
    const pair = adjustForWorkload(side(random, 40, 1000), side(random, 30, 2000), 2);
    expect(pair).not.toBeNull();
    if (pair === null) return;
    expect(pair.unadjusted).toBeGreaterThan(300);
    const [found] = compareFamily([pair]);
    expect(found?.verdict).toBe("same");
    expect(Math.abs(found?.difference ?? Number.NaN)).toBeLessThan(10);
  });

  test("finds the change that longer prompts hide", () => {
    const random = new Random(2);
    const before = side(random, 40, 2000, 400);
    const after = side(random, 40, 2600, 100);
    expect(Math.abs((after.medianMs - before.medianMs) / before.medianMs)).toBeLessThan(0.1);
    const pair = adjustForWorkload(before, after, 2);
    const [found] = pair === null ? [] : compareFamily([pair]);
    expect(found?.verdict).toBe("faster");
    expect(Math.abs((found?.difference ?? 0) + 300)).toBeLessThan(15);
  });

  test("claims no more than slopes allow where the sides have no workload in common", () => {
    const random = new Random(3);
    const at = (from: number, ms: number) =>
      stage(
        Array.from({ length: 30 }, () => {
          const own = from + 10 * random.uniform();
          return [ms + 40 * random.normal(), own, Number.NaN] as const;
        }),
      );
    const pair = adjustForWorkload(at(600, 800), at(2600, 1800), 2);
    // Nobody knows whether the thousand milliseconds came with the tokens.
    expect(pair?.extraError).toBeGreaterThan(1000);
    const [found] = pair === null ? [] : compareFamily([pair]);
    expect(found?.verdict).toBe("cannot tell");
    expect(found?.pValue).toBeGreaterThan(0.05);
  });

  test("is not bent by a cold start", () => {
    const random = new Random(4);
    const before = side(random, 40, 1000);
    const [slow] = before.valuesMs.keys();
    before.valuesMs[slow ?? 0] = 60_000;
    const pair = adjustForWorkload(before, side(random, 40, 1500), 2);
    const [found] = pair === null ? [] : compareFamily([pair]);
    expect(found?.verdict).toBe("same");
  });

  test("leaves out samples that do not know their workload", () => {
    const random = new Random(5);
    const before = side(random, 20, 1000);
    before.workload[0] = Number.NaN;
    before.workload[2] = later;
    const pair = adjustForWorkload(before, side(random, 20, 1000), 2);
    expect([pair?.before.n, pair?.after.n]).toEqual([18, 20]);
  });

  test("does nothing with too few samples, or without a measure", () => {
    const random = new Random(6);
    expect(adjustForWorkload(side(random, 5, 1000), side(random, 50, 1000), 2)).toBeNull();
    expect(adjustForWorkload(side(random, 6, 1000), side(random, 5, 1000), 2)).toBeNull();
    expect(adjustForWorkload(side(random, 6, 1000), side(random, 6, 1000), 2)).not.toBeNull();
    const blind = stage(Array.from({ length: 20 }, (_, row) => [row, later, Number.NaN] as const));
    expect(adjustForWorkload(blind, blind, 2)).toBeNull();
    const unasked = { ...side(random, 9, 100), workload: new Float64Array(0) };
    expect(adjustForWorkload(unasked, unasked, 0)).toBeNull();
  });

  test("finds a log and itself the same", () => {
    const one = side(new Random(7), 20, 1000);
    const pair = adjustForWorkload(one, one, 2);
    const [found] = pair === null ? [] : compareFamily([pair]);
    expect(found).toMatchObject({ verdict: "same", difference: 0 });
  });
});

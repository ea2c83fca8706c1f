import { describe, expect, test } from "bun:test";
import { compareFamily, compareSamples, minSamples } from "../../../lib/judge/compare_samples.ts";
import { Random } from "../../../lib/stats/random.ts";
import { sampleOf } from "../../../lib/stats/sample.ts";

/** Log-normal durations in milliseconds, as stages of an assistant have them. */
function durations(random: Random, count: number, median: number, sigma = 0.25) {
  return sampleOf(Array.from({ length: count }, () => median * Math.exp(sigma * random.normal())));
}

describe("compareSamples()", () => {
  test("finds a stage faster, or slower where the sides are swapped", () => {
    const random = new Random(1);
    const [slow, fast] = [durations(random, 48, 645), durations(random, 40, 450)];
    const found = compareSamples(slow, fast);
    expect(found.verdict).toBe("faster");
    expect(found.needMore).toBeNull();
    expect(found.difference).toBe((fast.median ?? 0) - (slow.median ?? 0));
    expect(found.interval.low).toBeLessThan(found.difference);
    expect(found.interval.high).toBeGreaterThan(found.difference);
    expect(found.interval.high).toBeLessThan(0);
    expect(compareSamples(fast, slow).verdict).toBe("slower");
  });

  test("tells nothing from five samples, however far apart", () => {
    expect(minSamples).toBe(6);
    const five = sampleOf([10, 11, 12, 13, 14]);
    const many = sampleOf(Array.from({ length: 100 }, (_, index) => 5000 + index));
    const found = compareSamples(five, many);
    expect(found).toMatchObject({ verdict: "cannot tell", pValue: null });
    expect(found.needMore).toBeGreaterThanOrEqual(1);
    expect(compareSamples(many, five).verdict).toBe("cannot tell");
    expect(compareSamples(five, five).verdict).toBe("cannot tell");
    const six = sampleOf([10, 11, 12, 13, 14, 15]);
    expect(compareSamples(six, many).verdict).toBe("slower");
  });

  test("calls same only what is shown to be: the interval lies within the margin", () => {
    const random = new Random(2);
    const few = compareSamples(durations(random, 20, 1000), durations(random, 20, 1000));
    expect(few.verdict).toBe("cannot tell");
    const many = compareSamples(durations(random, 2000, 1000), durations(random, 2000, 1000));
    expect(many.verdict).toBe("same");
    expect(Math.abs(many.interval.low)).toBeLessThan(many.margin);
    expect(Math.abs(many.interval.high)).toBeLessThan(many.margin);
  });

  test("calls a difference that nobody minds the same, however significant", () => {
    const random = new Random(3);
    const base = durations(random, 3000, 206, 0.01);
    const shifted = sampleOf(base.values.map((value) => value + 2));
    const found = compareSamples(base, shifted);
    expect(found.pValue).toBeLessThan(0.001);
    expect(found.verdict).toBe("same");
    // A stage of microseconds may double, as it stays below a millisecond.
    const tiny = durations(random, 50, 0.3);
    const doubled = sampleOf(tiny.values.map((value) => 2 * value));
    expect(compareSamples(tiny, doubled).verdict).toBe("same");
    expect(compareSamples(tiny, doubled, { marginMs: 0.01 }).verdict).toBe("slower");
    expect(compareSamples(base, shifted, { marginFraction: 0.001 }).verdict).toBe("slower");
  });

  test("calls the very same samples the same, however much they vary", () => {
    const wild = sampleOf([1, 900, 20, 5000, 17, 300, 44]);
    const found = compareSamples(wild, wild);
    expect(found).toMatchObject({ verdict: "same", difference: 0, needMore: null });
    const almost = sampleOf([1, 900, 20, 5000, 17, 300, 45]);
    expect(compareSamples(wild, almost).verdict).toBe("cannot tell");
  });

  test("claims no change of the median where only the slow end has moved", () => {
    const before = durations(new Random(10), 200, 1000);
    const after = sampleOf(
      before.values.map((value, rank) => (rank < 120 ? value + 1 : 2 * value)),
    );
    const found = compareSamples(before, after);
    expect(found.pValue).toBeLessThan(0.05);
    expect(found.verdict).toBe("cannot tell");
  });

  test("claims nothing where medians and ranks point apart", () => {
    const mixed = (most: number, rest: number) =>
      sampleOf(Array.from({ length: 400 }, (_, at) => (at < 260 ? most : rest) + at / 1000));
    const [before, after] = [mixed(100, 1), mixed(90, 1000)];
    const found = compareSamples(before, after);
    expect(found.pValue).toBeLessThan(0.001);
    expect(found.interval.high).toBeLessThan(-found.margin);
    expect(found.verdict).toBe("cannot tell");
    expect(compareSamples(after, before).verdict).toBe("cannot tell");
  });

  test("answers the same in every run", () => {
    const [before, after] = [durations(new Random(4), 30, 100), durations(new Random(5), 30, 120)];
    expect(compareSamples(before, after)).toEqual(compareSamples(before, after));
  });

  test("keeps the difference within the interval where medians are known better than samples", () => {
    const random = new Random(6);
    const kept = durations(random, 1000, 200, 0.001);
    const found = compareSamples(
      { n: 50_000, median: 200.6, values: kept.values },
      { n: 50_000, median: 199.9, values: kept.values },
    );
    expect(found.difference).toBeCloseTo(-0.7, 9);
    expect(found.interval.low).toBeLessThanOrEqual(found.difference);
    expect(found.n).toEqual({ before: 50_000, after: 50_000 });
  });

  test("says how many more samples are needed, and with so many it can tell", () => {
    const random = new Random(8);
    let told = 0;
    const runs = 20;
    for (let run = 0; run < runs; run++) {
      const pilot = compareSamples(durations(random, 40, 1000), durations(random, 40, 1000), {
        resamples: 500,
      });
      const n = 40 + (pilot.needMore ?? 0);
      const again = compareSamples(durations(random, n, 1000), durations(random, n, 1000), {
        resamples: 500,
      });
      if (again.verdict !== "cannot tell") told++;
    }
    expect(told).toBeGreaterThanOrEqual(0.7 * runs);
  });
});

describe("compareFamily()", () => {
  test("demands more of each stage the more there are", () => {
    const random = new Random(9);
    const before = sampleOf([10, 12, 14, 16, 18, 20, 22, 24]);
    const after = sampleOf([15, 19, 25, 27, 29, 31, 33, 35]);
    expect(compareSamples(before, after).verdict).toBe("slower");
    const others = Array.from({ length: 40 }, () => ({
      before: durations(random, 8, 100),
      after: durations(random, 8, 100),
    }));
    const [first, ...rest] = compareFamily([{ before, after }, ...others]);
    expect(first?.verdict).toBe("cannot tell");
    expect(first?.pValue ?? 0).toBeGreaterThan(compareSamples(before, after).pValue ?? 1);
    expect(rest.length).toBe(40);
  });

  test("needs more samples of each stage the more there are", () => {
    const even = (from: number) => sampleOf(Array.from({ length: 14 }, (_, at) => from + 6 * at));
    const pair = { before: even(100), after: even(126) };
    const among = (count: number) => compareFamily(Array(count).fill(pair), { resamples: 500 })[0];
    const [few, many] = [among(20), among(200)];
    expect([few?.verdict, many?.verdict]).toEqual(["cannot tell", "cannot tell"]);
    expect(many?.needMore ?? 0).toBeGreaterThan((few?.needMore ?? Infinity) * 1.2);
  });

  test("leaves stages that are too few for any verdict out of the correction", () => {
    const pair = {
      before: sampleOf([10, 12, 14, 16, 18, 20, 22, 24]),
      after: sampleOf([21, 23, 25, 27, 29, 31, 33, 35]),
    };
    const few = { before: sampleOf([1, 2]), after: sampleOf([1, 2, 3]) };
    const [one] = compareFamily([pair]);
    const found = compareFamily([few, pair, few]);
    expect(found.map(({ verdict }) => verdict)).toEqual(["cannot tell", "slower", "cannot tell"]);
    expect(found[1]?.pValue).toBe(one?.pValue ?? Number.NaN);
    expect(compareFamily([])).toEqual([]);
  });
});

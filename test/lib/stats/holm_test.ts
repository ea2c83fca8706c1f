import { describe, expect, test } from "bun:test";
import { correctByHolm } from "../../../lib/stats/holm.ts";

describe("correctByHolm()", () => {
  test("gives the values of statsmodels", () => {
    // statsmodels.stats.multitest.multipletests([0.01, 0.04, 0.03, 0.005], method="holm")[1]
    const corrected = correctByHolm([0.01, 0.04, 0.03, 0.005]);
    const expected = [0.03, 0.06, 0.06, 0.02];
    expect(corrected.length).toBe(expected.length);
    for (const [index, value] of corrected.entries())
      expect(value).toBeCloseTo(expected[index] ?? 0, 12);
  });

  test("never falls, never exceeds one, and leaves a single test as it is", () => {
    expect(correctByHolm([0.2])).toEqual([0.2]);
    expect(correctByHolm([0.6, 0.6, 0.9])).toEqual([1, 1, 1]);
    expect(correctByHolm([])).toEqual([]);
    expect(correctByHolm([0.001, 0.9])).toEqual([0.002, 0.9]);
  });
});

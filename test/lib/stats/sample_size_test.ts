import { describe, expect, test } from "bun:test";
import { requiredSamples } from "../../../lib/stats/sample_size.ts";

describe("requiredSamples()", () => {
  test("is the textbook's: 63 a side find half a deviation at 5 % in 80 % of runs", () => {
    // Two groups, known deviation 1: n = 2 · (1.96 + 0.8416)² / 0.5² = 62.8.
    const n = 20;
    const standardError = Math.sqrt(2 / n);
    const planned = { n, standardError, target: 0.5, level: 0.05, power: 0.8 };
    expect(requiredSamples(planned)).toBe(63);
    expect(requiredSamples({ ...planned, target: 0.25 })).toBe(252);
    expect(requiredSamples({ ...planned, level: 0.05 / 40 })).toBe(133);
    expect(requiredSamples({ ...planned, power: 0.9 })).toBe(85);
  });

  test("needs no more where nothing varies, and never ends where there is no difference to find", () => {
    const planned = { n: 20, standardError: 0, target: 1, level: 0.05, power: 0.8 };
    expect(requiredSamples(planned)).toBe(0);
    expect(requiredSamples({ ...planned, standardError: 1, target: 0 })).toBe(Infinity);
    expect(requiredSamples({ ...planned, standardError: 1, target: -1 })).toBe(Infinity);
  });
});

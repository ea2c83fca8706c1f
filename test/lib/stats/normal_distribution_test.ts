import { describe, expect, test } from "bun:test";
import { normalQuantile, upperTail } from "../../../lib/stats/normal_distribution.ts";

/** scipy.stats.norm.sf(z), SciPy 1.17.1. */
const tails: readonly [z: number, tail: number][] = [
  [-8, 0.9999999999999993],
  [-3.5, 0.9997673709209645],
  [-1, 0.8413447460685429],
  [0, 0.5],
  [0.5, 0.3085375387259869],
  [1.96, 0.024997895148220435],
  [2.9999, 0.001350341282954925],
  [3.0001, 0.0013494549132607172],
  [5, 2.866515718791933e-7],
  [10, 7.61985302416047e-24],
  [37, 5.7255712225239266e-300],
];

/** scipy.stats.norm.isf(tail), SciPy 1.17.1. */
const quantiles: readonly [tail: number, z: number][] = [
  [0.5, 0],
  [0.025, 1.9599639845400545],
  [0.00125, 3.0233414397391476],
  [1e-10, 6.361340902404056],
  [0.8, -0.8416212335729143],
  [0.999, -3.090232306167813],
];

describe("upperTail()", () => {
  test.each(tails)("of %d is %d", (z, tail) => {
    expect(Math.abs(upperTail(z) / tail - 1)).toBeLessThan(1e-12);
  });

  test("falls without a step where one formula takes over from the other", () => {
    expect(upperTail(3 - 1e-9) - upperTail(3 + 1e-9)).toBeCloseTo(0, 10);
    expect(upperTail(-3 - 1e-9) - upperTail(-3 + 1e-9)).toBeCloseTo(0, 8);
    expect(upperTail(Number.NaN)).toBeNaN();
  });
});

describe("normalQuantile()", () => {
  test.each(quantiles)("of %d is %d", (tail, z) => {
    expect(normalQuantile(tail)).toBeCloseTo(z, 9);
  });
});

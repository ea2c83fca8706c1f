import { describe, expect, test } from "bun:test";
import { Random } from "../../../lib/stats/random.ts";
import { fitRobustly } from "../../../lib/stats/robust_regression.ts";

/** Twelve durations a side, about half a millisecond a token; two of them are wild. */
const values = Float64Array.of(
  ...[407, 453, 526.3, 542.7, 533.2, 9000, 626.5, 678.5, 679.8, 753.3, 789.7, 853],
  ...[834.3, 874.7, 871.1, 982.6, 385.7, 12, 490.4, 515.9, 556.9, 593.1, 650.6, 677.3],
);
const tokens = Float64Array.from(values, (_, row) =>
  600 + 73 * row > 1699 ? 73 * row - 500 : 600 + 73 * row,
);
const ones = new Float64Array(values.length).fill(1);
const side = new Float64Array(values.length).fill(1, 12);

const deviations = (covariance: readonly (readonly number[])[]) =>
  covariance.map((row, index) => Math.sqrt(row[index] ?? Number.NaN));

function expectNear(found: readonly number[], expected: readonly number[], part: number): void {
  expect(found.length).toBe(expected.length);
  for (const [index, value] of expected.entries()) {
    expect(Math.abs((found[index] ?? 0) - value)).toBeLessThan(part * Math.abs(value));
  }
}

describe("fitRobustly()", () => {
  test("gives the fit of SciPy's Huber loss, and the covariance of Huber's first kind", () => {
    // scipy.optimize.least_squares(lambda b: y - X @ b, b, loss="huber", f_scale=1.345 * s), SciPy
    // 1.17.1, repeated with s = the median of |y - X @ b| without the three smallest, / 0.67449.
    const { coefficients, covariance } = fitRobustly([ones, side, tokens], values);
    expectNear(coefficients, [84.9687756, -45.78851701, 0.53747416], 1e-6);
    expectNear(deviations(covariance), [19.0890075, 10.8658869, 0.0175374774], 1e-6);
  });

  test("is least squares where no value is wild", () => {
    // numpy.linalg.lstsq of [0, 1, 3, 2, 4, 6, 5] to an intercept and 0 … 6, NumPy 2.4.6.
    const x = Float64Array.of(0, 1, 2, 3, 4, 5, 6);
    const { coefficients, residuals, covariance } = fitRobustly(
      [new Float64Array(7).fill(1), x],
      Float64Array.of(0, 1, 3, 2, 4, 6, 5),
    );
    expect(coefficients[0]).toBeCloseTo(0.214285714, 6);
    expect(coefficients[1]).toBeCloseTo(0.928571429, 6);
    expect(residuals.reduce((a, b) => a + b, 0)).toBeCloseTo(0, 9);
    expect(covariance[1]?.[1]).toBeCloseTo(0.027551020408, 9);
  });

  test("leaves out a predictor that says nothing of its own", () => {
    const constant = new Float64Array(values.length).fill(7);
    const doubled = tokens.map((value) => 2 * value);
    const plain = fitRobustly([ones, side, tokens], values);
    const found = fitRobustly([ones, side, constant, tokens, doubled], values);
    const { coefficients, covariance } = found;
    expect([coefficients[2], coefficients[4]]).toEqual([0, 0]);
    expect(covariance[4]).toEqual([0, 0, 0, 0, 0]);
    expectNear(
      [coefficients[0], coefficients[1], coefficients[3]].map(Number),
      plain.coefficients,
      1e-3,
    );
  });

  test("fits without an error what has none", () => {
    const exact = tokens.map((value, row) => 40 + 0.45 * value - 30 * (side[row] ?? 0));
    const { coefficients, residuals } = fitRobustly([ones, side, tokens], exact);
    expectNear(coefficients, [40, -30, 0.45], 1e-9);
    expect(Math.max(...residuals.map(Math.abs))).toBeLessThan(1e-9);
  });

  test("knows how far it may be wrong: 95 % of its intervals hold the truth", () => {
    const random = new Random(3);
    const runs = 600;
    let held = 0;
    for (let run = 0; run < runs; run++) {
      const n = 80;
      const group = new Float64Array(n).fill(1, n / 2);
      const x = group.map((one) => 600 + (one === 0 ? 2000 : 500) * random.uniform());
      const wild = () => (random.uniform() < 0.05 ? 3000 * random.uniform() : 0);
      const y = x.map((one) => 40 + 0.45 * one + 14 * random.normal() + wild());
      const { coefficients, covariance } = fitRobustly([new Float64Array(n).fill(1), group, x], y);
      const error = deviations(covariance)[1] ?? 0;
      if (Math.abs(coefficients[1] ?? Number.NaN) <= 1.96 * error) held++;
    }
    // Three standard errors of 600 runs, and what an approximation may cost.
    expect(held / runs).toBeGreaterThan(0.92);
    expect(held / runs).toBeLessThan(0.985);
  });
});

import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { RegressionBuilder } from "../../../lib/stats/regression.ts";

type Point = readonly [x: number, y: number];

function regressionOf(points: readonly Point[]) {
  const builder = new RegressionBuilder();
  for (const [x, y] of points) builder.add(x, y);
  return builder.read();
}

/** The textbook's formulas over all points at once. */
function naive(points: readonly Point[]) {
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  const meanX = mean(points.map(([x]) => x));
  const meanY = mean(points.map(([, y]) => y));
  const sum = (of: (x: number, y: number) => number) =>
    points.reduce((total, [x, y]) => total + of(x - meanX, y - meanY), 0);
  const [xx, yy, xy] = [sum((x) => x * x), sum((_, y) => y * y), sum((x, y) => x * y)];
  return { slope: xy / xx, intercept: meanY - (xy / xx) * meanX, r: xy / Math.sqrt(xx * yy) };
}

describe("RegressionBuilder", () => {
  test("agrees with the textbook's formulas on any points", () => {
    const point = fc.tuple(
      fc.integer({ min: -5000, max: 5000 }),
      fc.integer({ min: -9999, max: 9999 }),
    );
    let compared = 0;
    fc.assert(
      fc.property(fc.array(point, { minLength: 3, maxLength: 60 }), (points) => {
        const varies = (index: 0 | 1) => new Set(points.map((one) => one[index])).size > 1;
        fc.pre(varies(0) && varies(1));
        const expected = naive(points);
        const found = regressionOf(points);
        expect(found.n).toBe(points.length);
        expect(found.slope).toBeCloseTo(expected.slope, 6);
        expect(found.intercept).toBeCloseTo(expected.intercept, 4);
        expect(found.r).toBeCloseTo(expected.r, 8);
        compared++;
      }),
    );
    expect(compared).toBeGreaterThanOrEqual(100);
  });

  test("finds the line that points lie on", () => {
    const { slope, intercept, r } = regressionOf([
      [1, 603],
      [2, 633],
      [5, 723],
    ]);
    expect(slope).toBeCloseTo(30, 9);
    expect(intercept).toBeCloseTo(573, 9);
    expect(r).toBeCloseTo(1, 12);
  });

  test("keeps its precision far from zero, where sums of squares would lose it", () => {
    const far = 1e9;
    const { slope, r } = regressionOf([
      [far, 1],
      [far + 0.001, 3],
      [far + 0.002, 2],
    ]);
    // Near 1e9 a float64 knows steps of 1.2e-7: the xs themselves are that coarse.
    expect(slope).toBeCloseTo(500, 0);
    expect(r).toBeCloseTo(0.5, 3);
  });

  test("tells nothing of fewer than three points", () => {
    expect(regressionOf([])).toEqual({ n: 0, slope: null, intercept: null, r: null });
    const two: Point[] = [
      [1, 5],
      [2, 9],
    ];
    expect(regressionOf(two)).toEqual({ n: 2, slope: null, intercept: null, r: null });
  });

  test("has no slope if x never changes, and no correlation if y never changes", () => {
    const upright: Point[] = [1, 2, 3].map((y) => [7, y]);
    expect(regressionOf(upright)).toEqual({ n: 3, slope: null, intercept: null, r: null });
    const flat: Point[] = [1, 2, 3].map((x) => [x, 0.1]);
    expect(regressionOf(flat)).toEqual({ n: 3, slope: 0, intercept: 0.1, r: null });
  });
});

import { describe, expect, test } from "bun:test";
import { RegressionBuilder } from "../../../lib/stats/regression.ts";
import { largestCoordinate, WholeRegression } from "../../../lib/stats/whole_regression.ts";
import { seededRandom } from "../../support/events.ts";

function points(count: number, seed: number): [x: number, y: number][] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => {
    const x = Math.floor(random() * 8_000);
    return [x, Math.floor(x * 4.5 + random() * 20_000)];
  });
}

function lineOf(all: readonly (readonly [number, number])[]): WholeRegression {
  const line = new WholeRegression();
  for (const [x, y] of all) line.add(x, y);
  return line;
}

describe("WholeRegression", () => {
  test("fits the line that RegressionBuilder fits", () => {
    for (const [count, seed] of [
      [3, 1],
      [50, 2],
      [10_000, 3],
    ] as const) {
      const all = points(count, seed);
      const other = new RegressionBuilder();
      for (const [x, y] of all) other.add(x, y);
      const [found, wanted] = [lineOf(all).read(), other.read()];
      expect(found.n).toBe(count);
      for (const field of ["slope", "intercept", "r"] as const) {
        expect(found[field]).toBeCloseTo(wanted[field] ?? Number.NaN, 6);
      }
    }
  });

  test("gives the same bits in any order, whole or merged from parts", () => {
    const all = points(5_000, 4);
    const whole = lineOf(all).read();
    expect(lineOf(all.toReversed()).read()).toEqual(whole);
    const merged = lineOf(all.slice(3_000));
    merged.merge(lineOf(all.slice(0, 1)));
    merged.merge(lineOf(all.slice(1, 3_000)));
    expect(merged.read()).toEqual(whole);
    expect(whole.r).toBeGreaterThan(0.8);
  });

  test("is exact at the largest coordinates", () => {
    const top = largestCoordinate;
    const line = lineOf(
      Array.from({ length: 1_000 }, (_, index) => [top - index, top - 2 * index]),
    );
    expect(line.read()).toMatchObject({ n: 1_000, slope: 2, intercept: -top });
    expect(line.read().r).toBeCloseTo(1, 12);
  });

  test("cannot tell below three points, nor where x or y never changes", () => {
    const none = { slope: null, intercept: null, r: null };
    expect(lineOf([]).read()).toEqual({ n: 0, ...none });
    expect(lineOf(points(2, 5)).read()).toEqual({ n: 2, ...none });
    const pile = [7, 7, 7].map((x, index) => [x, index] as const);
    expect(lineOf(pile).read()).toEqual({ n: 3, ...none });
    const flat = [1, 2, 3].map((x) => [x, 9] as const);
    expect(lineOf(flat).read()).toEqual({ n: 3, slope: 0, intercept: 9, r: null });
  });
});

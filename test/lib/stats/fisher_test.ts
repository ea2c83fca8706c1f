import { describe, expect, test } from "bun:test";
import { fisherExact } from "../../../lib/stats/fisher.ts";

const p = (having: number, of: number, otherHaving: number, ofOther: number) =>
  fisherExact({ first: { having, of }, second: { having: otherHaving, of: ofOther } });

function choose(all: number, count: number): number {
  let ways = 1;
  for (let step = 1; step <= count; step++) ways = (ways * (all - count + step)) / step;
  return ways;
}

/** All tables of the same margins one by one, by plain fractions. */
function naive(having: number, of: number, otherHaving: number, ofOther: number): number {
  const total = having + otherHaving;
  const ways = (count: number) => choose(of, count) * choose(ofOther, total - count);
  let sum = 0;
  for (let count = 0; count <= total; count++) {
    if (count > of || total - count > ofOther) continue;
    if (ways(count) <= ways(having) * (1 + 1e-7)) sum += ways(count);
  }
  return sum / choose(of + ofOther, total);
}

describe("fisherExact()", () => {
  test("gives what the books give", () => {
    // The lady who tasted tea: 3 of 4 cups right.
    expect(p(3, 4, 1, 4)).toBeCloseTo(34 / 70, 12);
    expect(p(8, 10, 1, 6)).toBeCloseTo(0.03497, 5);
    expect(p(5, 5, 0, 15)).toBeCloseTo(1 / 15_504, 12);
  });

  test("is what counting all tables gives", () => {
    let tables = 0;
    for (let of = 1; of <= 7; of++) {
      for (let ofOther = 1; ofOther <= 8; ofOther++) {
        for (let having = 0; having <= of; having++) {
          for (let other = 0; other <= ofOther; other++) {
            expect(p(having, of, other, ofOther)).toBeCloseTo(
              naive(having, of, other, ofOther),
              10,
            );
            tables++;
          }
        }
      }
    }
    expect(tables).toBe(1540);
  });

  test("is 1 where nothing or everything has it, and holds for thousands", () => {
    expect(p(0, 5, 0, 9)).toBeCloseTo(1, 12);
    expect(p(5, 5, 9, 9)).toBeCloseTo(1, 12);
    expect(p(20, 2_000, 20, 2_000)).toBeCloseTo(1, 6);
    expect(p(300, 1_000, 100, 1_000)).toBeLessThan(1e-20);
  });
});

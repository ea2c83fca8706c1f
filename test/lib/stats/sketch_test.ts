import { describe, expect, test } from "bun:test";
import { Sketch } from "../../../lib/stats/sketch.ts";
import { seededRandom } from "../../support/events.ts";

const count = 5_000;
const allowed = 0.005;
/** What float64 arithmetic may add to the promised error. */
const rounding = 1e-12;

type Sampler = (random: () => number, index: number) => number;

function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

const distributions: readonly [name: string, sampler: Sampler][] = [
  ["uniform", (random) => random()],
  ["log-normal", (random) => Math.exp(normal(random) * 2)],
  ["exponential", (random) => -Math.log(1 - random()) * 0.3],
  ["Pareto with a heavy tail", (random) => 0.01 / (1 - random()) ** 2],
  ["constant", () => 2],
  [
    "two humps a thousandfold apart",
    (random) => (random() < 0.5 ? 0.002 : 2) * (1 + random() / 10),
  ],
  ["half of it zero", (random) => (random() < 0.5 ? 0 : random())],
  ["whole microseconds", (random) => Math.ceil(random() * 50) * 1e-6],
  ["from 1 µs to 10 days", (random) => 10 ** (random() * 12 - 6)],
  ["ever longer", (_, index) => 1.01 ** (index % 2_000)],
  ["powers of the buckets' own growth", (_, index) => (1.005 / 0.995) ** (index % 700)],
];

function sketchOf(samples: readonly number[]): Sketch {
  const sketch = new Sketch();
  for (const sample of samples) sketch.add(sample);
  return sketch;
}

describe("Sketch", () => {
  test("knows as many distributions as the table has rows", () => {
    expect(distributions.length).toBe(11);
  });

  test.each(distributions)("knows every rank to 0.5 %% of its value: %s", (_, sampler) => {
    const random = seededRandom(17);
    const samples = Array.from({ length: count }, (_, index) => sampler(random, index));
    const sketch = sketchOf(samples);
    const sorted = [...samples].sort((a, b) => a - b);
    let worst = 0;
    for (const [rank, truth] of sorted.entries()) {
      const value = sketch.valueAtRank(rank);
      if (truth === 0) expect(value).toBe(0);
      else worst = Math.max(worst, Math.abs(value - truth) / truth);
    }
    expect(sketch.count).toBe(count);
    expect(worst).toBeLessThanOrEqual(allowed + rounding);
  });

  test("merged from parts is the sketch of the whole, in any order of merging", () => {
    const random = seededRandom(23);
    const samples = Array.from({ length: 3_000 }, () =>
      random() < 0.1 ? 0 : Math.exp(normal(random) * 3),
    );
    const parts = [samples.slice(0, 10), samples.slice(10, 1_500), [], samples.slice(1_500)];
    const whole = sketchOf(samples);
    let compared = 0;
    for (const order of [
      [0, 1, 2, 3],
      [3, 2, 1, 0],
      [2, 0, 3, 1],
    ]) {
      const merged = new Sketch();
      for (const index of order) merged.merge(sketchOf(parts[index] ?? []).parts());
      expect(merged.count).toBe(whole.count);
      for (let rank = 0; rank < samples.length; rank++) {
        expect(merged.valueAtRank(rank)).toBe(whole.valueAtRank(rank));
        compared++;
      }
    }
    expect(compared).toBe(9_000);
  });

  test("leaves what it merges as it was", () => {
    const [one, other] = [sketchOf([1, 2]), sketchOf([3, 0])];
    one.merge(other.parts());
    expect([one.count, other.count, other.valueAtRank(0)]).toEqual([4, 2, 0]);
    expect(other.valueAtRank(2)).toBeNaN();
  });

  test("orders what it counted by any measure", () => {
    const ranked = sketchOf([1, 2, 4, 0]).rankedBy((value) => Math.abs(value - 2));
    const found = [0, 1, 2, 3].map(ranked);
    for (const [index, distance] of [0, 1, 2, 2].entries()) {
      expect(Math.abs((found[index] ?? Number.NaN) - distance)).toBeLessThan(0.02);
    }
    expect(ranked(4)).toBeNaN();
    expect(new Sketch().rankedBy((value) => value)(0)).toBeNaN();
  });

  test("has no value at a rank beyond its samples", () => {
    expect(new Sketch().valueAtRank(0)).toBeNaN();
    expect(sketchOf([1]).valueAtRank(1)).toBeNaN();
  });

  test("counts the impossible at the ends of its range: nothing and below, and 30 000 years", () => {
    const sketch = sketchOf([-5, 0, 1e-12, 1e15, Number.MAX_VALUE]);
    expect([0, 1, 2].map((rank) => sketch.valueAtRank(rank))).toEqual([0, 0, 0]);
    expect(sketch.valueAtRank(3)).toBeCloseTo(1e12, -10);
    expect(sketch.valueAtRank(4)).toBe(sketch.valueAtRank(3));
  });
});

import { describe, expect, test } from "bun:test";
import { IntervalStretches } from "../../../lib/stats/interval_stretches.ts";
import { seededRandom } from "../../support/events.ts";

type Interval = readonly [low: number, high: number];

function stretchesOf(intervals: readonly Interval[]): IntervalStretches {
  const stretches = new IntervalStretches();
  for (const [at, [low, high]] of intervals.entries()) stretches.add(at, low, high);
  return stretches;
}

describe("IntervalStretches", () => {
  test("takes many observations at once as it takes them one by one", () => {
    let [cases, cut] = [0, 0];
    for (let seed = 1; seed <= 400; seed++) {
      const random = seededRandom(seed);
      const pick = (count: number) => Math.floor(random() * count);
      const [single, many] = [new IntervalStretches(), new IntervalStretches()];
      let at = 0;
      const both = (low: number, high: number) => {
        at++;
        expect(many.add(at, low, high)).toBe(single.add(at, low, high));
      };
      for (let round = 0; round < 6; round++) {
        const jump = pick(3) * 100;
        both(jump, jump + 10);
        const rows = Array.from({ length: pick([5, 300, 900][pick(3)] ?? 5) }, () => {
          at++;
          // Some could lie on either side of a jump.
          return [at, jump - pick(3) * 100, jump + 10 + pick(3) * 100] as const;
        });
        if (many.bounds === null || many.bounds.low !== jump) continue;
        const isWithin = rows.every(
          ([, low, high]) => low <= (many.bounds?.low ?? 0) && high >= (many.bounds?.high ?? 0),
        );
        if (!isWithin) continue;
        for (const row of rows) single.add(...row);
        many.addWithin(rows.length, Float64Array.from(rows.slice(-256).flat()));
        if (rows.length > 256) cut++;
      }
      both(-5_000, -4_000);
      expect(many.read()).toEqual(single.read());
      expect([many.odd, many.forgotten]).toEqual([single.odd, single.forgotten]);
      cases++;
    }
    expect(cases).toBe(400);
    expect(cut).toBeGreaterThan(300);
  });

  test("intersects what can be one value", () => {
    const read = stretchesOf([
      [-4, 9],
      [-7, 5],
      [-3, 8],
    ]).read();
    expect(read).toEqual([{ from: 0, until: 2, n: 3, low: -3, high: 5 }]);
  });

  test("takes intervals that touch for one value", () => {
    expect(
      stretchesOf([
        [0, 1],
        [1, 2],
      ]).read(),
    ).toEqual([{ from: 0, until: 1, n: 2, low: 1, high: 1 }]);
  });

  test("begins a stretch where the value must have jumped", () => {
    const read = stretchesOf([
      [0, 2],
      [1, 3],
      [11, 13],
      [10, 12],
    ]).read();
    expect(read).toEqual([
      { from: 0, until: 1, n: 2, low: 1, high: 2 },
      { from: 2, until: 3, n: 2, low: 11, high: 12 },
    ]);
  });

  test("counts for neither what can lie on both sides of a jump", () => {
    const read = stretchesOf([
      [0, 2],
      [1, 3],
      // Wide enough for 1.5 as well as for 12, so it may not narrow either.
      [1.9, 30],
      [11, 13],
      [10, 12],
    ]).read();
    expect(read).toEqual([
      { from: 0, until: 1, n: 2, low: 1, high: 2 },
      { from: 3, until: 4, n: 2, low: 11, high: 12 },
    ]);
  });

  test("sets a single contradiction aside, and goes on", () => {
    const stretches = stretchesOf([
      [0, 2],
      [0, 2],
      [50, 60],
      [1, 3],
    ]);
    expect(stretches.read()).toEqual([{ from: 0, until: 3, n: 3, low: 1, high: 2 }]);
    expect(stretches.odd).toBe(1);
  });

  test("tells when the value has jumped, and until where it had not", () => {
    const stretches = stretchesOf([
      [0, 2],
      [0, 2],
      [-9, 70],
    ]);
    expect(stretches.add(3, 1, 2)).toBeNull();
    expect(stretches.add(4, 50, 60)).toBe(3);
    expect(new IntervalStretches().add(0, 1, 2)).toBeNull();
    expect(stretchesOf([]).read()).toEqual([]);
  });

  test("may be cut where something else tells of a jump", () => {
    const stretches = stretchesOf([
      [Number.NEGATIVE_INFINITY, 9],
      [Number.NEGATIVE_INFINITY, 8],
      [Number.NEGATIVE_INFINITY, 1],
    ]);
    expect(stretches.isOpen).toBe(true);
    stretches.cutAfter(1.5);
    stretches.add(3, 0, 60);
    expect(stretches.isOpen).toBe(false);
    expect(stretches.read().map(({ n, high }) => [n, high])).toEqual([
      [2, 8],
      [1, 60],
    ]);
  });

  test("remembers what a stretch was long before a jump", () => {
    const wide = Array.from({ length: 2_000 }, (): Interval => [-100, 100]);
    const read = stretchesOf([[0, 2], [0, 2], ...wide, [50, 60], [50, 60]]).read();
    expect(read.map(({ low, high }) => [low, high])).toEqual([
      [0, 2],
      [50, 60],
    ]);
  });

  test("forgets the oldest stretches once there are too many, and counts them", () => {
    const jumps = Array.from({ length: 600 }, (_, at): Interval => {
      const value = Math.floor(at / 2);
      return [value, value + 0.5];
    });
    const stretches = stretchesOf(jumps);
    expect(stretches.read().length).toBe(257);
    expect(stretches.forgotten).toBe(300 - 257);
    expect(stretches.read().at(-1)?.low).toBe(299);
  });

  test("never excludes the value before or behind a jump that it finds", () => {
    let found = 0;
    for (let seed = 1; seed <= 300; seed++) {
      const random = seededRandom(seed);
      const at = 5 + Math.floor(random() * 50);
      const [before, behind] = [random() * 60 - 30, random() * 60 - 30];
      const intervals = Array.from({ length: 60 }, (_, index): Interval => {
        const value = index < at ? before : behind;
        return [value - 1 - random() * 40, value + 1 + random() * 40];
      });
      const read = stretchesOf(intervals).read();
      expect(read.length).toBeLessThanOrEqual(2);
      // A jump that contradicts nothing cannot be found, and then one value must do for both.
      if (read.length < 2) continue;
      found++;
      for (const { from, until, low, high } of read) {
        expect([seed, until < at || from >= at]).toEqual([seed, true]);
        const value = until < at ? before : behind;
        expect([seed, low <= value && value <= high]).toEqual([seed, true]);
      }
    }
    expect(found).toBeGreaterThan(150);
  });
});

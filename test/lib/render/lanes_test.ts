import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { Lanes, nestInRows } from "../../../lib/render/lanes.ts";

const extent = (startMicros: number, endMicros: number) => ({ startMicros, endMicros });

describe("nestInRows()", () => {
  test.each([
    ["what follows", [extent(0, 5), extent(5, 9)], 1],
    ["what lies inside", [extent(2, 5), extent(0, 9), extent(5, 9)], 1],
    ["what begins with something longer", [extent(0, 4), extent(0, 9)], 1],
    ["what is the same", [extent(0, 9), extent(0, 9)], 1],
    ["moments at an end", [extent(0, 9), extent(9, 9), extent(0, 0)], 1],
    ["what crosses", [extent(0, 5), extent(4, 9)], 2],
    ["what crosses one of two", [extent(0, 9), extent(1, 5), extent(4, 8), extent(6, 8)], 2],
  ])("finds rows for %s", (_, items, rows) => {
    expect(nestInRows(items)).toHaveLength(rows);
  });

  test("keeps everything, and in each row two are apart or one lies in the other", () => {
    const item = fc
      .tuple(fc.nat(12), fc.nat(6))
      .map(([start, length]) => extent(start, start + length));
    let several = 0;
    fc.assert(
      fc.property(fc.array(item, { maxLength: 20 }), (items) => {
        const rows = nestInRows(items);
        expect(rows.flat().length).toBe(items.length);
        if (rows.length > 1) several++;
        for (const row of rows) {
          for (const [index, a] of row.entries()) {
            for (const b of row.slice(index + 1)) {
              const isApart = a.endMicros <= b.startMicros;
              expect(
                isApart || (a.startMicros <= b.startMicros && b.endMicros <= a.endMicros),
              ).toBe(true);
            }
          }
        }
      }),
    );
    expect(several).toBeGreaterThan(10);
  });
});

describe("Lanes", () => {
  test("gives out the first row that is free, and no more than it may", () => {
    const lanes = new Lanes(2);
    const taken = [extent(0, 10), extent(5, 8), extent(6, 7), extent(8, 9), extent(10, 10)];
    expect(taken.map((one) => lanes.take(one))).toEqual([0, 1, null, 1, 0]);
    expect(lanes.count).toBe(2);
  });
});

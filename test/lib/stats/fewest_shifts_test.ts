import { describe, expect, test } from "bun:test";
import { findFewestShifts } from "../../../lib/stats/fewest_shifts.ts";

const unknown = Number.POSITIVE_INFINITY;

describe("findFewestShifts() believes", () => {
  test("all clocks where nothing speaks against it", () => {
    expect(
      findFewestShifts([
        [0, 5],
        [4, 0],
      ]),
    ).toEqual([null, null]);
    expect(findFewestShifts([])).toEqual([]);
  });

  test("the first of two that disagree", () => {
    expect(
      findFewestShifts([
        [0, -24],
        [34, 0],
      ]),
    ).toEqual([null, { offset: -29, low: -34, high: -24 }]);
  });

  test("two that may agree rather than one", () => {
    // The second and the third may show the same; shifting the second alone would part them.
    const shifts = findFewestShifts([
      [0, -24, unknown],
      [34, 0, 2],
      [unknown, unknown, 0],
    ]);
    expect(shifts).toEqual([{ offset: 29, low: 24, high: 34 }, null, null]);
  });

  test("a clock that nothing bounds on one side, but says that it is wrong", () => {
    const shifts = findFewestShifts([
      [0, 5, unknown],
      [4, 0, -30],
      [unknown, unknown, 0],
    ]);
    expect(shifts).toEqual([null, null, { offset: null, low: -unknown, high: -25 }]);
  });

  test("the first of three that all disagree; each of the others lies in what the one before leaves", () => {
    const shifts = findFewestShifts([
      [0, -10, unknown],
      [20, 0, -10],
      [unknown, 20, 0],
    ]);
    expect(shifts).toEqual([
      null,
      { offset: -15, low: -20, high: -10 },
      { offset: -30, low: -40, high: -20 },
    ]);
  });

  test("what is proven of a clock, and keeps others in agreement within that", () => {
    // The third may be wrong itself by a little, so it narrows no bound; but it moves the middle.
    const shifts = findFewestShifts([
      [0, -20, unknown],
      [40, 0, 28],
      [unknown, unknown, 0],
    ]);
    expect(shifts).toEqual([null, { offset: -28, low: -40, high: -20 }, null]);
  });

  test("all, where the bounds contradict each other or there are too many clocks", () => {
    expect(
      findFewestShifts([
        [0, -1],
        [-1, 0],
      ]),
    ).toEqual([null, null]);
    const many = Array.from({ length: 11 }, () => Array.from({ length: 11 }, () => -1));
    expect(findFewestShifts(many)).toEqual(many.map(() => null));
  });
});

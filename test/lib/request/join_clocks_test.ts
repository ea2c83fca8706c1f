import { describe, expect, test } from "bun:test";
import type { ClockPairReport } from "../../../lib/report/clock_report.ts";
import { joinClocks } from "../../../lib/request/join_clocks.ts";

/** What a part tells of two services, of which one offset explains all. */
function told(
  [fromSeconds, untilSeconds]: readonly [number, number],
  [lowestMs, highestMs]: readonly [number | null, number | null],
  rest: Partial<ClockPairReport> = {},
): ClockPairReport {
  const exchanges = 10;
  const stretch = { fromSeconds, untilSeconds, exchanges, lowestMs, highestMs };
  return { from: "stt", to: "v34", exchanges, conflicts: 1, odd: 0, stretches: [stretch], ...rest };
}

describe("joinClocks()", () => {
  test("intersects the bounds of all parts, and adds up what they count", () => {
    const parts = [told([0, 9], [-5, 20]), told([10, 19], [-8, 12]), told([20, 29], [3, 30])];
    expect(joinClocks(parts.map((part) => [part]))).toEqual([
      {
        from: "stt",
        to: "v34",
        exchanges: 30,
        conflicts: 3,
        odd: 0,
        stretches: [
          { fromSeconds: 0, untilSeconds: 29, exchanges: 30, lowestMs: 3, highestMs: 12 },
        ],
      },
    ]);
  });

  test("takes any bound for narrower than none", () => {
    const bounds = (parts: readonly ClockPairReport[]) =>
      joinClocks(parts.map((part) => [part]))?.[0]?.stretches[0];
    const [open, closed] = [told([0, 9], [null, 4]), told([10, 19], [-3, 7])];
    expect(bounds([open, closed])).toMatchObject({ lowestMs: -3, highestMs: 4 });
    expect(bounds([closed, open])).toMatchObject({ lowestMs: -3, highestMs: 4 });
    expect(bounds([open, open])).toMatchObject({ lowestMs: null, highestMs: 4 });
  });

  test("keeps pairs that not every part has met, in the order of their names", () => {
    const other = told([0, 9], [0, 1], { from: "a", to: "b" });
    const joined = joinClocks([[told([0, 9], [0, 5])], [], [other]]);
    expect(joined?.map(({ from }) => from)).toEqual(["a", "stt"]);
  });

  test("cannot tell where a clock was set, within a part or between two", () => {
    const [first] = told([0, 9], [1, 5]).stretches;
    if (first === undefined) throw new Error("no stretch");
    const cases: readonly ClockPairReport[][] = [
      [told([0, 9], [1, 5]), told([10, 19], [6, 9])],
      // Bounds that meet may have been rounded to that.
      [told([0, 9], [1, 5]), told([10, 19], [5, 9])],
      [told([0, 9], [1, 5]), told([10, 19], [1, 5], { odd: 1 })],
      [told([0, 9], [1, 5], { odd: 1 })],
      [told([0, 9], [1, 5], { stretches: [first, first] })],
      [told([0, 9], [1, 5]), told([10, 19], [1, 5], { stretches: [first, first] })],
      [told([0, 9], [1, 5], { stretches: [] })],
    ];
    for (const parts of cases) expect(joinClocks(parts.map((part) => [part]))).toBe(null);
    expect(cases.length).toBe(7);
  });

  test("cannot tell if all parts have met more pairs than one reader keeps apart", () => {
    const pairs = (count: number, name: string) =>
      Array.from({ length: count }, (_, index) =>
        told([0, 9], [0, 5], { from: `${name}${index}`, to: "v34" }),
      );
    expect(joinClocks([pairs(128, "a"), pairs(128, "b")])?.length).toBe(256);
    expect(joinClocks([pairs(128, "a"), pairs(129, "b")])).toBe(null);
  });
});

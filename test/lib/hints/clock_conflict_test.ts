import { describe, expect, test } from "bun:test";
import { findClockConflicts } from "../../../lib/hints/clock_conflict.ts";
import type { ClockPairReport, ClockStretchReport } from "../../../lib/report/clock_report.ts";

const stretch = (lowestMs: number | null, highestMs: number | null, exchanges = 20) =>
  ({ fromSeconds: 1, untilSeconds: 2, exchanges, lowestMs, highestMs }) as const;

const pair = (...stretches: readonly ClockStretchReport[]): ClockPairReport => ({
  from: "stt",
  to: "v34",
  exchanges: 40,
  conflicts: 38,
  odd: 0,
  stretches,
});

describe("findClockConflicts()", () => {
  test("names services, size, and how often", () => {
    expect(findClockConflicts({ clocks: [pair(stretch(-34, -24))] })).toMatchObject([
      {
        rule: "clock_conflict",
        finding:
          "clocks disagree: v34 is 24ms to 34ms behind stt; in 38 of 40 requests an effect comes before its cause",
        figures: {
          services: ["stt", "v34"],
          n: 40,
          conflicts: 38,
          lowest_ms: -34,
          highest_ms: -24,
        },
      },
    ]);
  });

  test("says how often a clock was set, and what holds now", () => {
    const [hint] = findClockConflicts({ clocks: [pair(stretch(-2, 2), stretch(24, 34))] });
    expect(hint?.finding).toContain(
      "v34 is 24ms to 34ms ahead of stt, and one of them was set 1 time",
    );
  });

  test("says least where only one bound is known", () => {
    const [hint] = findClockConflicts({ clocks: [pair(stretch(null, -24))] });
    expect(hint?.finding).toContain("v34 is at least 24ms behind stt");
  });

  test("is silent where the clocks may agree, by however little", () => {
    expect(findClockConflicts({ clocks: [pair(stretch(-34, -0.001))] })).toEqual([]);
    expect(findClockConflicts({ clocks: [pair(stretch(null, 12))] })).toEqual([]);
    expect(findClockConflicts({ clocks: [pair(stretch(0.001, null))] })).toEqual([]);
    expect(findClockConflicts({ clocks: [] })).toEqual([]);
  });

  test("is silent about a single request", () => {
    expect(findClockConflicts({ clocks: [pair(stretch(-34, -24, 1))] })).toEqual([]);
  });

  test("escapes what a log calls its services", () => {
    const [hint] = findClockConflicts({
      clocks: [{ ...pair(stretch(-34, -24)), to: "\x1b[31mv34" }],
    });
    expect(hint?.finding).toContain("\\x1b[31mv34");
  });
});

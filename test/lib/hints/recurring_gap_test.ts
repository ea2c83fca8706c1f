import { describe, expect, test } from "bun:test";
import { findRecurringGaps } from "../../../lib/hints/recurring_gap.ts";
import type { GapEvidence } from "../../../lib/report/hint_evidence.ts";
import { evidenceOf, gapOf } from "../../support/hint_evidence.ts";

const cases: readonly [what: string, requests: number, gap: Partial<GapEvidence>, found: number][] =
  [
    ["in most requests", 48, {}, 1],
    ["in a quarter of them", 48, { requests: 12 }, 1],
    ["in fewer", 48, { requests: 11 }, 0],
    ["in three of three", 3, { requests: 3 }, 1],
    ["in both of two", 2, { requests: 2 }, 0],
    ["over the limit", 48, { medianMs: 100.1 }, 1],
    ["at the limit", 48, { medianMs: 100 }, 0],
    ["where nobody waits for audio", 48, { share: null }, 1],
    ["behind the first audio", 48, { share: 0 }, 0],
  ];

describe("findRecurringGaps()", () => {
  test.each(cases)("looks at a gap %s", (_, requests, gap, found) => {
    expect(findRecurringGaps(evidenceOf({ requests, gaps: [gapOf(gap)] })).length).toBe(found);
  });

  test("has been asked about all of them", () => {
    expect([cases.length, cases.filter(([, , , found]) => found > 0).length]).toEqual([9, 5]);
  });

  test("names the two events, how often and how long", () => {
    const [hint] = findRecurringGaps(evidenceOf({ gaps: [gapOf({})] }));
    expect(hint).toMatchObject({
      rule: "recurring_gap",
      finding: "Unaccounted time: 41 of 48 requests, median 420ms, between v34_a and v34_b",
      figures: {
        gap: "v34_a → v34_b",
        events: ["v34_a", "v34_b"],
        n: 41,
        requests: 48,
        median_ms: 420,
        limit_ms: 100,
        share: 0.1,
      },
    });
  });

  test("names the gap as a whole where its events cannot be told apart, and escapes it", () => {
    const name = "a → \x1b]0;b → c";
    const [hint] = findRecurringGaps(evidenceOf({ gaps: [gapOf({ name, events: null })] }));
    expect(hint?.finding).toEndWith("median 420ms, in a → \\x1b]0;b → c");
    expect(hint?.figures).toMatchObject({ gap: name, events: null });
  });

  test("tells the five that cost most, the costliest first", () => {
    const costs = [200, 700, 300, 600, 400, 500];
    const gaps = costs.map((medianMs) => gapOf({ name: `${medianMs}`, medianMs }));
    const all = [...gaps, gapOf({ name: "rare", requests: 12, medianMs: 1_500 })];
    const found = findRecurringGaps(evidenceOf({ gaps: all }));
    expect(found.map(({ figures }) => figures["gap"])).toEqual([
      "700",
      "600",
      "500",
      "rare",
      "400",
    ]);
  });
});

import { expect, test } from "bun:test";
import { findConfiguredWaits } from "../../../lib/hints/configured_wait.ts";
import { evidenceOf } from "../../support/hint_evidence.ts";

const cases: readonly [n: number, configuredMs: number, observedMs: number, found: number][] = [
  [12, 500, 1_280, 1],
  [12, 500, 626, 1],
  [12, 500, 625, 0],
  [12, 500, 374, 1],
  [12, 200, 301, 1],
  [12, 200, 300, 0],
  [12, 0, 101, 1],
  [12, 500, 500, 0],
  [3, 500, 1_280, 1],
  [2, 500, 1_280, 0],
];

test.each(cases)("findConfiguredWaits(), n %d: %d ms set, %d ms seen", (...row) => {
  const [n, configuredMs, observedMs, found] = row;
  const endOfSpeech = { n, configuredMs, observedMs };
  expect(findConfiguredWaits(evidenceOf({ endOfSpeech })).length).toBe(found);
});

test("findConfiguredWaits() says both, and nothing where nothing is known", () => {
  expect([cases.length, cases.filter(([, , , found]) => found > 0).length]).toEqual([10, 6]);
  expect(findConfiguredWaits(evidenceOf({}))).toEqual([]);
  const endOfSpeech = { n: 12, configuredMs: 500, observedMs: 1_280 };
  const [hint] = findConfiguredWaits(evidenceOf({ endOfSpeech }));
  expect(hint).toMatchObject({
    rule: "configured_wait",
    finding: "pause_threshold is 500ms, but the silence lasts 1.28s: n 12, medians",
    figures: {
      setting: "pause_threshold",
      n: 12,
      configured_ms: 500,
      observed_ms: 1_280,
      difference_ms: 780,
      limit_ms: 100,
      limit_part: 0.25,
    },
  });
});

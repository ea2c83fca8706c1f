import { expect, test } from "bun:test";
import { findGrowingPrefill } from "../../../lib/hints/growing_prefill.ts";
import { evidenceOf } from "../../support/hint_evidence.ts";

const cases: readonly [n: number, r: number | null, found: number][] = [
  [48, 0.95, 1],
  [48, 0.71, 1],
  [48, 0.7, 0],
  [48, -0.95, 0],
  [48, null, 0],
  [10, 0.95, 1],
  [9, 0.95, 0],
];

test.each(cases)("findGrowingPrefill() looks at n %d and r %p", (n, r, found) => {
  const prefill = { n, r, msPer1000Tokens: 450.4 };
  expect(findGrowingPrefill(evidenceOf({ prefill })).length).toBe(found);
});

test("findGrowingPrefill() says n, r, the limit and the slope", () => {
  expect([cases.length, cases.filter(([, , found]) => found > 0).length]).toEqual([7, 3]);
  const [hint] = findGrowingPrefill(
    evidenceOf({ prefill: { n: 48, r: 0.954, msPer1000Tokens: 450.4 } }),
  );
  expect(hint).toMatchObject({
    rule: "growing_prefill",
    finding: "prefill grows with the prompt: n 48, r 0.95, limit 0.7, +450ms per 1000 tokens",
    figures: { n: 48, r: 0.954, limit_r: 0.7, ms_per_1000_tokens: 450.4 },
  });
});

import { expect, test } from "bun:test";
import { findUnloadedModel } from "../../../lib/hints/model_unloaded.ts";
import { evidenceOf } from "../../support/hint_evidence.ts";

const cases: readonly [requests: number, n: number, loaded: number, found: number][] = [
  [48, 5, 3, 1],
  [48, 5, 0, 0],
  [48, 0, 0, 0],
  [2, 1, 1, 1],
  [1, 1, 1, 0],
];

test.each(cases)("findUnloadedModel(), %d requests, %d first turns, %d loaded", (...row) => {
  const [requests, n, loaded, found] = row;
  const firstTurns = { n, loaded, loadMs: loaded > 0 ? 4_210 : null };
  expect(findUnloadedModel(evidenceOf({ requests, firstTurns })).length).toBe(found);
});

test("findUnloadedModel() says how many of how many, and how long", () => {
  expect([cases.length, cases.filter(([, , , found]) => found > 0).length]).toEqual([5, 2]);
  const firstTurns = { n: 5, loaded: 3, loadMs: 4_210 };
  const [hint] = findUnloadedModel(evidenceOf({ firstTurns }));
  expect(hint).toMatchObject({
    rule: "model_unloaded",
    finding: "The model was not in memory: 3 of 5 first turns, median load 4.21s, limit 1s",
    figures: { n: 5, loaded: 3, median_ms: 4_210, limit_ms: 1_000 },
  });
});

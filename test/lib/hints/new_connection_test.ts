import { expect, test } from "bun:test";
import { findNewConnections } from "../../../lib/hints/new_connection.ts";
import type { StageEvidence } from "../../../lib/report/hint_evidence.ts";
import { evidenceOf, stageOf } from "../../support/hint_evidence.ts";

const cases: readonly [what: string, stage: Partial<StageEvidence>, found: number][] = [
  ["of 2.07 s", { medianMs: 2_071 }, 1],
  ["of 1.9 s", { medianMs: 1_900 }, 1],
  ["just faster", { medianMs: 1_899 }, 0],
  ["of 2.3 s", { medianMs: 2_300 }, 1],
  ["just slower", { medianMs: 2_301 }, 0],
  ["met three times", { medianMs: 2_071, n: 3 }, 1],
  ["met twice", { medianMs: 2_071, n: 2 }, 0],
  ["that is work", { medianMs: 2_071, kind: "work" }, 0],
];

test.each(cases)("findNewConnections() looks at a hop %s", (_, stage, found) => {
  const stages = [stageOf({ name: "hand-off stt→v34", kind: "hop", ...stage })];
  const hints = findNewConnections(evidenceOf({ stages }));
  expect(hints.length).toBe(found);
  expect(hints.every(({ rule }) => rule === "new_connection")).toBe(true);
});

test("findNewConnections() says n, the median and the range", () => {
  expect([cases.length, cases.filter(([, , found]) => found > 0).length]).toEqual([8, 4]);
  const stages = [stageOf({ name: "hand-off stt→v34", kind: "hop", medianMs: 2_071 })];
  const [hint] = findNewConnections(evidenceOf({ stages }));
  expect(hint?.finding).toBe("hand-off stt→v34 takes about 2s: n 48, median 2.07s");
  expect(hint?.figures).toEqual({
    stage: "hand-off stt→v34",
    n: 48,
    median_ms: 2_071,
    from_ms: 1_900,
    to_ms: 2_300,
  });
});

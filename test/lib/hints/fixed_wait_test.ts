import { expect, test } from "bun:test";
import { findFixedWaits } from "../../../lib/hints/fixed_wait.ts";
import type { StageEvidence } from "../../../lib/report/hint_evidence.ts";
import { evidenceOf, stageOf } from "../../support/hint_evidence.ts";

type Sign = "variance" | "floor" | null;
const steady = { deviationMs: 1 };

const cases: readonly [what: string, stage: Partial<StageEvidence>, sign: Sign][] = [
  ["that varies", {}, null],
  ["that does not vary", steady, "variance"],
  ["with a MAD of just under 2 %", { deviationMs: 1.99 }, "variance"],
  ["with a MAD of 2 %", { deviationMs: 2 }, null],
  ["whose minimum is over 90 %", { minMs: 90.1 }, "floor"],
  ["whose minimum is 90 %", { minMs: 90 }, null],
  ["with both signs", { ...steady, minMs: 99 }, "variance"],
  ["met ten times", { ...steady, n: 10 }, "variance"],
  ["met nine times", { ...steady, minMs: 99, n: 9 }, null],
  ["of 20 ms", { deviationMs: 0, minMs: 20, medianMs: 20 }, "variance"],
  ["too short for a clock of whole ms", { deviationMs: 0, minMs: 19, medianMs: 19 }, null],
  ["that is a hop", { ...steady, kind: "hop" }, "variance"],
  ["that a server tells of", { ...steady, isBetweenEvents: false }, null],
  ["that is a new connection", { deviationMs: 1, kind: "hop", medianMs: 2_050 }, null],
];

test.each(cases)("findFixedWaits() looks at a stage %s", (_, stage, sign) => {
  const hints = findFixedWaits(evidenceOf({ stages: [stageOf(stage)] }));
  expect(hints.map(({ rule, figures }) => [rule, figures["sign"]])).toEqual(
    sign === null ? [] : [["fixed_wait", sign]],
  );
});

test("findFixedWaits() has been asked about both signs and near misses", () => {
  const counts = (["variance", "floor", null] as const).map(
    (wanted) => cases.filter(([, , sign]) => sign === wanted).length,
  );
  expect(counts).toEqual([6, 1, 7]);
});

test("findFixedWaits() says what it measured", () => {
  const pause = { name: "mic pause", minMs: 204, medianMs: 206 };
  const find = (deviationMs: number) =>
    findFixedWaits(evidenceOf({ stages: [stageOf({ ...pause, deviationMs })] }))[0];
  expect(find(1.03)?.finding).toBe(
    "mic pause always takes about 206ms: n 48, MAD 0.5% of the median, limit 2%",
  );
  expect(find(1.03)?.figures).toEqual({
    stage: "mic pause",
    sign: "variance",
    n: 48,
    median_ms: 206,
    min_ms: 204,
    deviation_ms: 1.03,
    limit: 0.02,
  });
  expect(find(10)?.finding).toBe(
    "mic pause never takes much less than 206ms: n 48, minimum 99% of the median, limit 90%",
  );
});

test("findFixedWaits() escapes names of the log", () => {
  const [hint] = findFixedWaits(evidenceOf({ stages: [stageOf({ ...steady, name: "a\x1b[2J" })] }));
  expect(hint?.finding).toStartWith("a\\x1b[2J always");
});

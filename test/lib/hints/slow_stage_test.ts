import { expect, test } from "bun:test";
import { usualLimits } from "../../../lib/hints/limits.ts";
import { findSlowStages } from "../../../lib/hints/slow_stage.ts";
import { evidenceOf, stageOf } from "../../support/hint_evidence.ts";

const limits: readonly [stage: string, limitMs: number, advice: RegExp][] = [
  ["classification", 200, /GLiClass/],
  ["retrieval", 1_000, /index/],
  ["llm", 3_000, /quantised/],
  ["synthesis", 500, /FP16/],
];

test.each(limits)("%s is slow above its limit of %d ms, and not at it", (name, limitMs, advice) => {
  const find = (medianMs: number) =>
    findSlowStages(evidenceOf({ stages: [stageOf({ name, n: 1, medianMs })] }), usualLimits);
  expect(find(limitMs)).toEqual([]);
  const [hint, ...more] = find(limitMs + 1);
  expect(more).toEqual([]);
  expect(hint?.figures).toEqual({ stage: name, n: 1, median_ms: limitMs + 1, limit_ms: limitMs });
  expect(hint?.advice).toMatch(advice);
});

test("every usual limit has been tried", () => {
  expect(limits.map(([stage, limitMs]) => [stage, limitMs])).toEqual([...usualLimits]);
  expect(limits.length).toBe(4);
});

test("findSlowStages() says n, the median and the limit, and knows other limits", () => {
  const stages = [
    stageOf({ name: "llm", medianMs: 4_320 }),
    stageOf({ name: "memory storage", medianMs: 90_000 }),
  ];
  const found = findSlowStages(evidenceOf({ stages }), new Map([["llm", 1_500]]));
  expect(found.map(({ rule, finding }) => [rule, finding])).toEqual([
    ["slow_stage", "llm is slow: n 48, median 4.32s, limit 1500ms"],
  ]);
});

import { describe, expect, test } from "bun:test";
import {
  comparisonWords,
  formatChange,
  formatDifference,
  formatMedian,
  listStages,
  verdictWords,
} from "../../../lib/render/comparison_words.ts";
import { comparison, reportOf, stageOf } from "../../support/comparison.ts";

describe("durations of a comparison", () => {
  const written: readonly [ms: number | null, text: string][] = [
    [null, "–"],
    [0, "0ms"],
    [0.0049, "0ms"],
    [0.005, "0.01ms"],
    [0.3929, "0.39ms"],
    [0.9949, "0.99ms"],
    [0.995, "1.0ms"],
    [6.16, "6.2ms"],
    [99.94, "99.9ms"],
    [99.96, "100ms"],
    [2070.89, "2071ms"],
  ];
  test.each(written)("%p is written %s", (ms, text) => expect(formatMedian(ms)).toBe(text));

  test("have a sign if they are differences, and none if they are nothing", () => {
    expect([-416.3, 20.2, -0.39, 0, -0.001].map(formatDifference)).toEqual([
      "−416ms",
      "+20.2ms",
      "−0.39ms",
      "0ms",
      "0ms",
    ]);
  });

  test("are told as parts of what they were, where that is something", () => {
    const change = (before: number, difference: number) =>
      formatChange(comparison({ medians: { before, after: before + difference }, difference }));
    expect(change(1000, -350)).toBe("−350ms (−35.0%)");
    expect(change(1000, 1)).toBe("+1.0ms (+0.1%)");
    expect(change(1000, 0)).toBe("0ms");
    expect(change(0, 5)).toBe("+5.0ms");
  });
});

describe("verdicts in words", () => {
  test("say how many more samples are needed, to two digits, rounded up", () => {
    const needs = [1, 9, 10, 53, 99, 101, 147, 1119, 12_001];
    const words = needs.map((needMore) =>
      comparisonWords(comparison({ verdict: "cannot tell", needMore })),
    );
    expect(words.map((text) => Number(/\d+/.exec(text)?.[0]))).toEqual([
      1, 9, 10, 53, 99, 110, 150, 1200, 13_000,
    ]);
    expect(words[6]).toBe("cannot tell (need about 150 more)");
    expect(comparisonWords(comparison({ verdict: "same" }))).toBe("same");
  });

  test("say on which side a stage is that has no other", () => {
    expect(verdictWords(stageOf("x", null, { before: 7, after: 0 }))).toBe("only before");
    expect(verdictWords(stageOf("x", null, { before: 0, after: 7 }))).toBe("only after");
  });
});

test("listStages() leaves out gaps of up to a millisecond, unless they have changed", () => {
  const gap = (name: string, before: number, verdict: "same" | "slower") =>
    stageOf(name, comparison({ medians: { before, after: before }, verdict }));
  const report = reportOf({
    gaps: [
      gap("a", 0.4, "same"),
      gap("b", 0.4, "slower"),
      gap("c", 1.1, "same"),
      gap("d", 1, "same"),
    ],
  });
  const { tables, small } = listStages(report);
  expect(tables.map(([kind]) => kind)).toEqual(["figure", "span", "gap"]);
  expect(tables[2]?.[1].map(({ name }) => name)).toEqual(["b", "c"]);
  expect(small).toBe(2);
});

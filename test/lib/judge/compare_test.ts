import { describe, expect, test } from "bun:test";
import { compareLogs } from "../../../lib/judge/compare.ts";
import type { LogSamples, StageSamples } from "../../../lib/report/sample_report.ts";
import { sampleOf } from "../../../lib/stats/sample.ts";

function stage(values: readonly number[], n = values.length): StageSamples {
  return {
    n,
    medianMs: sampleOf(values).median ?? Number.NaN,
    valuesMs: Float64Array.from(values),
    workload: new Float64Array(0),
  };
}

const steady = [100, 101, 102, 103, 104, 105, 106, 107];

function logOf(spans: readonly (readonly [string, StageSamples])[]): LogSamples {
  return {
    requests: 8,
    figures: new Map([["total", stage(steady)]]),
    spans: new Map(spans),
    gaps: new Map(),
    measures: [],
    folded: 3,
  };
}

describe("compareLogs()", () => {
  test("keeps the order of a turn, and puts what is new where it belongs", () => {
    const name = (one: string) => [one, stage(steady)] as const;
    const before = logOf(["a", "b", "c", "d"].map(name));
    const after = logOf(["x", "a", "y", "c", "d", "z"].map(name));
    const { spans } = compareLogs(before, after);
    expect(spans.map((span) => span.name)).toEqual(["x", "a", "y", "b", "c", "d", "z"]);
  });

  test("shows a stage of one side as such, and never compares it", () => {
    const { spans } = compareLogs(logOf([["old", stage(steady)]]), logOf([["new", stage(steady)]]));
    expect(spans).toEqual([
      {
        name: "new",
        n: { before: 0, after: 8 },
        medians: { before: null, after: 103.5 },
        comparison: null,
        adjusted: null,
      },
      {
        name: "old",
        n: { before: 8, after: 0 },
        medians: { before: 103.5, after: null },
        comparison: null,
        adjusted: null,
      },
    ]);
  });

  test("counts figures, spans and gaps as one family", () => {
    const [slow, fast] = [stage([20, 22, 24, 26, 28, 30, 32]), stage([10, 12, 14, 16, 18, 21, 23])];
    const alone = compareLogs(
      { ...logOf([["x", slow]]), figures: new Map() },
      { ...logOf([["x", fast]]), figures: new Map() },
    );
    const others = Array.from({ length: 30 }, (_, at) => [`o${at}`, stage(steady)] as const);
    const among = compareLogs(
      { ...logOf([["x", slow]]), gaps: new Map(others) },
      { ...logOf([["x", fast]]), gaps: new Map(others) },
    );
    const [one, other] = [alone, among].map(({ spans }) => spans[0]?.comparison);
    expect(one?.verdict).toBe("faster");
    expect(other?.verdict).toBe("cannot tell");
    expect(other?.pValue).toBeCloseTo(32 * (one?.pValue ?? 0), 12);
  });

  test("says which stages are told from a part of their samples, and how many had no room", () => {
    const one = logOf([["x", stage(steady, 20_000)]]);
    expect(compareLogs(one, one)).toMatchObject({ sampledStages: 1, folded: 6, adjustment: null });
  });

  test("compares nothing with nothing", () => {
    const nothing = { ...logOf([]), figures: new Map(), requests: 0, folded: 0 };
    expect(compareLogs(nothing, nothing)).toEqual({
      requests: { before: 0, after: 0 },
      figures: [],
      spans: [],
      gaps: [],
      adjustment: null,
      sampledStages: 0,
      folded: 0,
    });
  });
});

import { describe, expect, test } from "bun:test";
import { judgeBaseline, looksSlower } from "../../../lib/judge/judge_baseline.ts";
import type { StageSample } from "../../../lib/report/check_report.ts";
import { logNormal, repeated, stageOf } from "../../support/check.ts";

const limits = { minChange: 0.1, minDeltaMs: 20, minSamples: 10 };

function outline(before: readonly StageSample[], after: readonly StageSample[], changed = {}) {
  const { items, tooFew } = judgeBaseline(before, after, { ...limits, ...changed });
  return { verdicts: items.map(({ name, verdict }) => `${name}: ${verdict}`), tooFew };
}

const slow = (
  family: "figure" | "span" | "gap",
  name: string,
  medianMs: number,
  seed: number,
  n = 200,
) => stageOf(family, name, logNormal(medianMs, 0.25, n, seed));

describe("judgeBaseline()", () => {
  test("fails what is slower by both floors, and significantly so", () => {
    const before = [slow("span", "llm", 1000, 1), slow("span", "retrieval", 100, 2)];
    const after = [slow("span", "llm", 1300, 3), slow("span", "retrieval", 100, 4)];
    expect(outline(before, after)).toEqual({
      verdicts: ["llm vs baseline: fail", "retrieval vs baseline: pass"],
      tooFew: 0,
    });
  });

  test("wants each of relative floor, absolute floor and significance", () => {
    const before = [slow("span", "llm", 1000, 1)];
    const after = [slow("span", "llm", 1300, 3)];
    const pass = ["llm vs baseline: pass"];
    expect(outline(before, after, { minChange: 0.5 }).verdicts).toEqual(pass);
    expect(outline(before, after, { minDeltaMs: 500 }).verdicts).toEqual(pass);
    // The same difference of medians, but of few samples that scatter.
    const few = (values: number[]) => [stageOf("span", "llm", values)];
    const spread = [200, 500, 800, 900, 1000, 1000, 1100, 1500, 3000, 4000];
    const unclear = outline(few(spread), few(spread.map((value) => value * 1.3)));
    expect(unclear.verdicts).toEqual(["llm vs baseline: inconclusive"]);
  });

  test("passes what is faster, and what is the same", () => {
    const before = [slow("span", "llm", 1000, 1), slow("span", "query", 30, 2)];
    const after = [slow("span", "llm", 700, 3), slow("span", "query", 30, 2)];
    expect(outline(before, after).verdicts).toEqual([
      "llm vs baseline: pass",
      "query vs baseline: pass",
    ]);
  });

  test("leaves stages with too few samples alone, but never figures", () => {
    const before = [slow("figure", "voice_to_voice", 100, 1, 9), slow("gap", "a → b", 100, 2, 9)];
    const after = [slow("figure", "voice_to_voice", 100, 1), slow("gap", "a → b", 100, 2)];
    const { items, tooFew } = judgeBaseline(before, after, limits);
    expect(items.map(({ name, verdict, finding }) => `${name}: ${verdict}: ${finding}`)).toEqual([
      "voice_to_voice vs baseline: inconclusive: 9 samples before and 200 now, and 10 are wanted on each side",
    ]);
    expect(tooFew).toBe(1);
  });

  test("misses a span that has gone, and is glad of a gap that has", () => {
    const before = [slow("span", "llm", 100, 1), slow("gap", "a → b", 100, 2)];
    expect(outline(before, [])).toEqual({
      verdicts: ["llm vs baseline: inconclusive"],
      tooFew: 1,
    });
    // A new stage has nothing to be compared with.
    expect(outline([], before)).toEqual({ verdicts: [], tooFew: 2 });
  });

  test("tells with a figure which stage made it slower", () => {
    const of = (hop: number, llm: number, seed: number) => [
      slow("figure", "voice_to_voice", hop + llm, seed),
      slow("span", "hand-off stt→v34", hop, seed + 1),
      slow("span", "llm", llm, seed + 2),
    ];
    const { items } = judgeBaseline(of(100, 1000, 1), of(2000, 1300, 11), limits);
    expect(items.map(({ verdict }) => verdict)).toEqual(["fail", "fail", "fail"]);
    expect(items[0]?.details[0]).toMatch(/^Most of it is hand-off stt→v34: \d+ms → \d+ms \(/);
    expect(items[1]?.details).toEqual([]);
  });

  test("says what it found in numbers", () => {
    const [before, after] = [repeated(100, 10), repeated(200, 12)];
    const { items } = judgeBaseline(
      [stageOf("span", "llm", before)],
      [stageOf("span", "llm", after)],
      limits,
    );
    expect(items).toMatchObject([
      {
        kind: "baseline",
        finding:
          "median 100ms → 200ms (+100ms, +100%), 95% interval +100ms to +100ms, p < 0.001 (n 10 and 12)",
        n: 12,
        value: 200,
        limit: 120,
        change: { before: 100, after: 200, beforeN: 10, afterN: 12 },
      },
    ]);
  });
});

test("looksSlower() is false only where nothing can fail or be inconclusive", () => {
  let met = 0;
  for (let seed = 0; seed < 60; seed++) {
    const side = (offset: number) => [
      slow("figure", "processing", 200, seed + offset, 5 + (seed % 30)),
      slow("span", "llm", 150, seed + offset + 1, 5 + (seed % 23)),
      ...(seed % 3 === offset % 3 ? [] : [slow("gap", "a → b", 90, seed + offset + 2, 12)]),
    ];
    const [before, after] = [side(1000), side(2000)];
    if (looksSlower(before, after, limits)) continue;
    met++;
    const { items } = judgeBaseline(before, after, { ...limits, resamples: 200 });
    expect(items.map(({ verdict }) => verdict)).toEqual(items.map(() => "pass"));
  }
  expect(met).toBeGreaterThan(5);
});

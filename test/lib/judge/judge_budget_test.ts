import { describe, expect, test } from "bun:test";
import { parseBudget } from "../../../lib/judge/budget_expression.ts";
import { type BudgetEvidence, judgeBudget } from "../../../lib/judge/judge_budget.ts";
import { measuresOf, repeated, seriesOf } from "../../support/check.ts";

const llm = seriesOf(repeated(1000, 50), 0.25);

function judge(text: string, evidence: Partial<BudgetEvidence> = {}) {
  const measures = measuresOf({ spans: { llm } });
  return judgeBudget(parseBudget(text, "--budget"), {
    measures,
    breaches: [],
    before: null,
    minSamples: 10,
    ...evidence,
  });
}

function outline(...args: Parameters<typeof judge>): string[] {
  return judge(...args).map(({ verdict, finding }) => `${verdict}: ${finding}`);
}

describe("judgeBudget()", () => {
  test("passes and fails on either side of the limit", () => {
    expect(outline("llm.p50<1001ms")).toEqual(["pass: p50 is 1000ms (n 50)"]);
    expect(outline("llm.p50<1s")).toEqual(["fail: p50 is 1000ms (n 50)"]);
    expect(outline("llm.p50<=1s")).toEqual(["pass: p50 is 1000ms (n 50)"]);
    expect(outline("llm.share<25%")).toEqual(["fail: share is 25% (n 50)"]);
    expect(outline("llm.n>=50")).toEqual(["pass: n is 50"]);
  });

  test("never passes what has no samples", () => {
    const none = ["inconclusive: no samples"];
    for (const text of ["load.p50<1s", "load.p50>1s", "load.n<1", "voice_to_voice.max<1s"]) {
      expect(outline(text)).toEqual(none);
    }
  });

  test("cannot tell by fewer samples than are wanted, each percentile's own included", () => {
    const few = (n: number) => ({
      measures: measuresOf({ spans: { llm: seriesOf(repeated(1000, n)) } }),
    });
    expect(outline("llm.p50<2s", few(9))).toEqual(["inconclusive: 9 samples, and 10 are wanted"]);
    expect(outline("llm.p50<2s", few(10))).toEqual(["pass: p50 is 1000ms (n 10)"]);
    expect(outline("llm.p95<2s", few(19))).toEqual(["inconclusive: 19 samples, and p95 needs 20"]);
    expect(outline("llm.p95<2s", few(20))).toEqual(["pass: p95 is 1000ms (n 20)"]);
    expect(outline("llm.p99<2s", few(99))).toEqual(["inconclusive: 99 samples, and p99 needs 100"]);
    expect(outline("llm.p99<2s", { ...few(50), minSamples: 200 })).toEqual([
      "inconclusive: 50 samples, and 200 are wanted",
    ]);
    expect(outline("llm.share<50%", few(20))).toEqual([
      "inconclusive: no request was heard, so there is no wait to have a share of",
    ]);
  });

  test("needs no more samples where none could save the limit", () => {
    const measures = measuresOf({ spans: { llm: seriesOf([500, 1500]) } });
    expect(outline("llm.max<1s", { measures })).toEqual(["fail: max is 1500ms (n 2)"]);
    expect(outline("llm.min>1s", { measures })).toEqual(["fail: min is 500ms (n 2)"]);
    expect(outline("llm.max<2s", { measures })).toEqual([
      "inconclusive: 2 samples, and 10 are wanted",
    ]);
    expect(outline("llm.max>2s", { measures })).toEqual([
      "inconclusive: 2 samples, and 10 are wanted",
    ]);
  });

  test("judges every series that the name may mean", () => {
    const spans = { "a-b": seriesOf(repeated(1, 20)), a_b: seriesOf(repeated(9, 20)) };
    const items = judge("a_b.p50<5ms", { measures: measuresOf({ spans }) });
    expect(items.map(({ subject, verdict }) => `${subject} ${verdict}`)).toEqual([
      "a-b pass",
      "a_b fail",
    ]);
  });

  test("tells who spent a breached budget, and what changed since the baseline", () => {
    const spans = { llm, prefill: seriesOf(repeated(600, 50)) };
    const before = measuresOf({
      spans: { llm: seriesOf(repeated(500, 40)), prefill: seriesOf(repeated(200, 40)) },
    });
    const breaches = [
      {
        name: "llm",
        requests: 30,
        of: 50,
        spenders: [{ name: "prefill", kind: "work", share: 0.6, meanMs: 612.3 }],
      },
    ];
    const [item] = judge("llm.p50<1s", { measures: measuresOf({ spans }), before, breaches });
    expect(item?.details).toEqual([
      "30 of 50 are over it; of their time prefill (work) took 60%, 612ms on average",
      "Since the baseline: p50 500ms → 1000ms (+500ms, +100%); prefill p50 200ms → 600ms (+400ms, +200%)",
    ]);
    expect(item?.spentBy).toEqual({
      requests: 30,
      of: 50,
      name: "prefill",
      kind: "work",
      share: 0.6,
      meanMs: 612.3,
    });
    expect(item?.change).toMatchObject({ before: 500, after: 1000, beforeN: 40, afterN: 50 });
  });

  test("asks for an event where nobody logs what happens", () => {
    const name = "a → b";
    const gaps = { [name]: seriesOf(repeated(400, 20)) };
    const spenders = [{ name, kind: "unaccounted", share: 1, meanMs: 400 }];
    const [item] = judge("gap(a→b).p50<100ms", {
      measures: measuresOf({ gaps }),
      breaches: [{ name, requests: 20, spenders }],
      before: measuresOf({ gaps: { [name]: seriesOf(repeated(50, 20)) } }),
    });
    expect(item?.details).toEqual([
      "20 of 20 are over it; nobody logs what happens there: add an event between the two",
      "Since the baseline: p50 50ms → 400ms (+350ms, +700%)",
    ]);
  });

  test("blames nobody where a limit asks for at least so much, or is kept", () => {
    const breaches = [
      {
        name: "llm",
        requests: 1,
        of: 1,
        spenders: [{ name: "x", kind: "work", share: 1, meanMs: 1 }],
      },
    ];
    expect(judge("llm.p50>2s", { breaches })[0]).toMatchObject({ verdict: "fail", spentBy: null });
    expect(judge("llm.p50<2s", { breaches })[0]).toMatchObject({ verdict: "pass", details: [] });
  });

  test("judges problems by their part of the lines or by their number", () => {
    const measures = measuresOf({ lines: 200, problems: { torn: 1, field: 3, "bad json": 0 } });
    expect(outline("problems<3%", { measures })).toEqual(["pass: 4 problems in 200 lines, 2%"]);
    expect(outline("problems<2%", { measures })).toEqual(["fail: 4 problems in 200 lines, 2%"]);
    expect(outline("problems<4", { measures })).toEqual(["fail: 4 problems in 200 lines"]);
    expect(judge("problems<4", { measures })[0]?.details).toEqual(["By kind: 3 field, 1 torn"]);
    expect(outline("problems<4", { measures: measuresOf({ lines: 0 }) })).toEqual([
      "inconclusive: no lines",
    ]);
  });

  test("judges the prompt cache over the turns whose verdict is known", () => {
    const cache = { hit: 18, partial: 1, miss: 1, unknown: 20 };
    const measures = measuresOf({ cache });
    expect(outline("cache.hit>=90%", { measures })).toEqual(["pass: hit is 90% (n 20)"]);
    expect(outline("cache.unknown<50%", { measures })).toEqual(["fail: unknown is 50% (n 40)"]);
    const [item] = judge("cache.hit>90%", { measures, before: measures });
    expect(item).toMatchObject({
      verdict: "fail",
      details: [
        "Turns: 18 hit, 1 partial, 1 miss, 20 unknown",
        "In the baseline: 18 hit, 1 partial, 1 miss, 20 unknown",
      ],
    });
    const unknown = measuresOf({ cache: { hit: 0, partial: 0, miss: 0, unknown: 40 } });
    expect(outline("cache.hit>80%", { measures: unknown })).toEqual([
      "inconclusive: 0 turns of 40 with a known verdict, and 10 are wanted",
    ]);
  });
});

import { expect, test } from "bun:test";
import { parseBudget } from "../../../lib/judge/budget_expression.ts";
import { type CheckEvidence, judgeCheck } from "../../../lib/judge/judge_check.ts";
import { itemOf, measuresOf, repeated, seriesOf } from "../../support/check.ts";

const measures = measuresOf({ spans: { llm: seriesOf(repeated(1000, 50)) } });
const nothing: CheckEvidence = {
  measures,
  breaches: [],
  minSamples: 10,
  damages: [],
  baseline: null,
};

function verdictOf(texts: readonly string[], evidence: Partial<CheckEvidence> = {}) {
  const budgets = texts.map((text) => parseBudget(text, "--budget"));
  return judgeCheck(budgets, { ...nothing, ...evidence }).verdict;
}

test("judgeCheck() lets one failure fail the whole, and passes nothing that is unclear", () => {
  const [pass, fail, unclear] = ["llm.p50<2s", "llm.p50<1s", "load.p50<1s"];
  expect(verdictOf([])).toBe("pass");
  expect(verdictOf([pass])).toBe("pass");
  expect(verdictOf([pass, unclear])).toBe("inconclusive");
  expect(verdictOf([unclear, fail, pass])).toBe("fail");
  const empty = measuresOf({ requests: 0 });
  expect(verdictOf([], { measures: empty })).toBe("inconclusive");
  expect(verdictOf(["problems<1%"], { measures: empty })).toBe("inconclusive");
});

test("judgeCheck() lists damage first, then budgets in their order, then the baseline", () => {
  const budgets = ["llm.p50<2s", "llm.p50<1s"].map((text) => parseBudget(text, "--budget"));
  const report = { file: "b.json", requests: 40, savedAtSeconds: null, isSameMachine: null };
  const { items, verdict, baseline } = judgeCheck(budgets, {
    ...nothing,
    damages: [{ name: "--max-problems 5%", problems: 12, lines: 20 }],
    baseline: {
      measures,
      judgement: { items: [itemOf({ kind: "baseline", name: "llm vs baseline" })], tooFew: 3 },
      report,
    },
  });
  expect(items.map(({ name }) => name)).toEqual([
    "--max-problems 5%",
    "llm.p50<2s",
    "llm.p50<1s",
    "llm vs baseline",
  ]);
  expect(items[0]).toMatchObject({ verdict: "fail", finding: "12 problems in 20 lines" });
  expect([verdict, baseline]).toEqual(["fail", { ...report, tooFew: 3 }]);
});

test("judgeCheck() gives each budget the breaches of its own", () => {
  const budgets = ["llm.p50<2s", "llm.p50<1s"].map((text) => parseBudget(text, "--budget"));
  const spenders = [{ name: "prefill", kind: "work", share: 1, meanMs: 1 }];
  const { items } = judgeCheck(budgets, {
    ...nothing,
    breaches: [[], [{ name: "llm", requests: 50, spenders }]],
  });
  expect(items[1]?.spentBy?.name).toBe("prefill");
});

import { expect, test } from "bun:test";
import { renderCheckText } from "../../../lib/render/check_text.ts";
import { ansiStyle, plainStyle } from "../../../lib/render/style.ts";
import { hostileReport, itemOf, reportOf } from "../../support/check.ts";

test("renderCheckText() writes a line a limit, details below, and the verdict", () => {
  const items = [
    itemOf({}),
    itemOf({
      name: "cache.hit>80%",
      verdict: "fail",
      finding: "hit is 0% (n 48)",
      details: ["Turns: 0 hit, 0 partial, 48 miss, 0 unknown"],
      why: "the prompt's beginning is fixed",
    }),
    itemOf({ name: "load.p50<1s", verdict: "inconclusive", finding: "no samples" }),
    itemOf({ kind: "baseline", name: "query vs baseline", subject: "query" }),
    itemOf({ kind: "baseline", name: "prompt vs baseline", subject: "prompt" }),
  ];
  const baseline = {
    file: "b.json",
    requests: 40,
    savedAtSeconds: 1,
    tooFew: 3,
    isSameMachine: false,
  };
  expect(renderCheckText(reportOf(items, { baseline }), plainStyle)).toBe(
    `pass          llm.p50<1s     p50 is 412ms (n 48)
FAIL          cache.hit>80%  hit is 0% (n 48)
              → Turns: 0 hit, 0 partial, 48 miss, 0 unknown
              → The limit is there because: the prompt's beginning is fixed
inconclusive  load.p50<1s    no samples

pass          no slower than the baseline: query, prompt

Baseline: b.json, 40 requests; it was saved on another kind of machine, which may be all the difference

FAIL: 1 of 5 limits breached, 1 cannot be judged, 3 stages with too few samples not compared
`,
  );
});

test("renderCheckText() says so where there is nothing to judge", () => {
  expect(renderCheckText(reportOf([]), plainStyle)).toBe("pass: no limit to keep\n");
  const nothing = reportOf([], { requests: 0, verdict: "inconclusive" });
  expect(renderCheckText(nothing, plainStyle)).toBe(
    "inconclusive: no limit to keep, no request to judge\n",
  );
});

test("renderCheckText() colours verdicts, and lets no name do it", () => {
  const report = hostileReport();
  // biome-ignore lint/suspicious/noControlCharactersInRegex: looking for control characters
  const steering = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/;
  const plain = renderCheckText(report, plainStyle);
  expect(plain).not.toMatch(steering);
  const coloured = renderCheckText(report, ansiStyle);
  expect(coloured).toContain("\u001b[31mFAIL");
  // biome-ignore lint/suspicious/noControlCharactersInRegex: taking away what was put in
  expect(coloured.replace(/\u001b\[\d+m/g, "")).toBe(plain);
});

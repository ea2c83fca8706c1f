import { expect, test } from "bun:test";
import {
  renderCalibrationJson,
  renderCheckJson,
  renderNamesJson,
} from "../../../lib/render/check_json.ts";
import { hostileReport, itemOf, reportOf, seriesOf } from "../../support/check.ts";

test("renderCheckJson() writes every field of every limit", () => {
  const item = itemOf({
    verdict: "fail",
    details: ["who spent it"],
    why: "because",
    spentBy: { name: "prefill", kind: "work", share: 0.6, meanMs: 612, requests: 30, of: 48 },
    change: { before: 1, after: 2, beforeN: 3, afterN: 4, p: 0.01 },
  });
  const baseline = {
    file: "b.json",
    requests: 40,
    savedAtSeconds: 1,
    tooFew: 3,
    isSameMachine: true,
  };
  expect(JSON.parse(renderCheckJson(reportOf([item], { baseline }), null))).toEqual({
    schema: 1,
    verdict: "fail",
    verdicts: [
      {
        kind: "budget",
        name: "llm.p50<1s",
        subject: "llm",
        verdict: "fail",
        n: 48,
        value: 412,
        limit: 1000,
        unit: "ms",
        spent_by: { name: "prefill", kind: "work", share: 0.6, mean: 612, requests: 30, of: 48 },
        change: { before: 1, after: 2, before_n: 3, after_n: 4, p: 0.01 },
        finding: "p50 is 412ms (n 48)",
        details: ["who spent it"],
        why: "because",
      },
    ],
    baseline: { file: "b.json", requests: 40, saved_at: 1, too_few: 3, same_machine: true },
    log: null,
  });
});

test("renderCheckJson() is a whole document on one line, whatever the names and without a log", () => {
  const text = renderCheckJson(hostileReport(), null);
  expect(text.match(/\n/g)).toEqual(["\n"]);
  expect(JSON.parse(text).verdicts.length).toBe(hostileReport().items.length);
  expect(JSON.parse(renderCheckJson(null, null))).toEqual({
    schema: 1,
    verdict: null,
    verdicts: [],
    baseline: null,
    log: null,
  });
});

test("renderNamesJson() and renderCalibrationJson() write their own documents", () => {
  const name = { family: "span", name: "llm", expression: "llm", series: seriesOf([5]) } as const;
  expect(JSON.parse(renderNamesJson([name], null))).toEqual({
    schema: 1,
    names: [{ expression: "llm", family: "span", name: "llm", n: 1, p50: 5 }],
    log: null,
  });
  const calibration = {
    splits: 1000,
    requests: 48,
    of: 50,
    alarms: 3,
    unclear: 40,
    byStage: new Map([["llm vs baseline", 3]]),
  };
  expect(JSON.parse(renderCalibrationJson(calibration, null))).toEqual({
    schema: 1,
    calibration: {
      splits: 1000,
      requests: 48,
      of: 50,
      false_alarms: 3,
      rate: 0.003,
      inconclusive: 40,
      stages: [{ name: "llm vs baseline", false_alarms: 3 }],
    },
    log: null,
  });
  expect(JSON.parse(renderCalibrationJson(null, null)).calibration).toBeNull();
});

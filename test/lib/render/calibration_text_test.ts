import { expect, test } from "bun:test";
import { renderCalibrationText } from "../../../lib/render/calibration_text.ts";

test("renderCalibrationText() prints the rates, and whose the false alarms were", () => {
  const byStage = new Map([["llm\u001b vs baseline", 3]]);
  const calibration = { splits: 1000, requests: 48, of: 48, alarms: 3, unclear: 416, byStage };
  expect(renderCalibrationText(calibration)).toBe(
    `48 requests, split into halves 1000 times, each half compared with the other
false alarms  3 of 1000 (0.3%)
  llm\\x1b vs baseline: 3
inconclusive  416 of 1000 (41.6%)
`,
  );
  expect(renderCalibrationText({ ...calibration, of: 5000 })).toStartWith(
    "48 requests drawn from 5000, split",
  );
});

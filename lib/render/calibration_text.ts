import { escapeControls } from "../escape.ts";
import type { CalibrationReport } from "../report/check_report.ts";

/** How often a log differs from itself, in a few lines. */
export function renderCalibrationText(calibration: CalibrationReport): string {
  const { splits, requests, of, alarms, unclear, byStage } = calibration;
  const part = (count: number) => `${count} of ${splits} (${((100 * count) / splits).toFixed(1)}%)`;
  const drawn = of > requests ? `${requests} requests drawn from ${of}` : `${requests} requests`;
  const stages = [...byStage].map(([name, count]) => `  ${escapeControls(name)}: ${count}`);
  const lines = [
    `${drawn}, split into halves ${splits} times, each half compared with the other`,
    `false alarms  ${part(alarms)}`,
    ...stages,
    `inconclusive  ${part(unclear)}`,
  ];
  return `${lines.join("\n")}\n`;
}

import { escapeControls } from "../escape.ts";
import type { CheckItem, CheckReport, CheckVerdict } from "../report/check_report.ts";
import {
  concludeCheck,
  describeBaseline,
  detailsOf,
  foldItems,
  verdictWords,
} from "./check_words.ts";
import type { Style } from "./style.ts";

const verdictWidth = "inconclusive".length;
/** Longer names push only their own line. */
const maxNameWidth = 48;

/**
 * One line a limit: the verdict, the limit, what was found; details below. Stages that are no slower than
 * the baseline share one. Then the whole verdict.
 */
export function renderCheckText(report: CheckReport, style: Style): string {
  const { told, unchanged } = foldItems(report);
  const names = told.map((item) => escapeControls(item.name));
  const width = Math.min(maxNameWidth, Math.max(0, ...names.map((name) => name.length)));
  const blocks = [
    told.flatMap((item, index) => renderItem(item, names[index] ?? "", width, style)),
    renderUnchanged(unchanged, style),
    [describeBaseline(report) ?? ""].filter((line) => line !== "").map(escapeControls),
    [paintOf(report.verdict, style)(concludeCheck(report))],
  ];
  const filled = blocks.filter((block) => block.length > 0);
  return `${filled.map((block) => block.join("\n")).join("\n\n")}\n`;
}

function renderUnchanged(items: readonly CheckItem[], style: Style): string[] {
  if (items.length === 0) return [];
  const word = verdictWords.pass.padEnd(verdictWidth);
  const names = items.map((item) => escapeControls(item.subject)).join(", ");
  return [`${style.dim(word)}  no slower than the baseline: ${names}`];
}

function renderItem(item: CheckItem, name: string, width: number, style: Style): string[] {
  const word = verdictWords[item.verdict].padEnd(verdictWidth);
  const line = `${paintOf(item.verdict, style)(word)}  ${name.padEnd(width)}  ${escapeControls(item.finding)}`;
  const indent = " ".repeat(verdictWidth + 2);
  return [line, ...detailsOf(item).map((detail) => `${indent}→ ${escapeControls(detail)}`)];
}

function paintOf(verdict: CheckVerdict, style: Style): (text: string) => string {
  if (verdict === "fail") return style.fail;
  return verdict === "inconclusive" ? style.warn : style.dim;
}

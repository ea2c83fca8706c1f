import { escapeMarkdown } from "../escape.ts";
import type { CheckItem, CheckReport, CheckVerdict } from "../report/check_report.ts";
import { concludeCheck, describeBaseline, detailsOf, foldItems } from "./check_words.ts";
import { markdownName } from "./markdown_name.ts";

const marks: Readonly<Record<CheckVerdict, string>> = {
  pass: "✅ pass",
  fail: "❌ **fail**",
  inconclusive: "❔ inconclusive",
};

/**
 * A heading, a table with a row a limit, and the details of those that were not kept. Stages that are no
 * slower than the baseline share a line.
 */
export function renderCheckMarkdown(report: CheckReport): string {
  const { told, unchanged } = foldItems(report);
  const explained = told.filter((item) => detailsOf(item).length > 0);
  const baseline = describeBaseline(report);
  const names = unchanged.map((item) => nameIn(item.subject)).join(", ");
  const blocks = [
    [`### Latency check: ${escapeMarkdown(concludeCheck(report))}`],
    told.length === 0
      ? []
      : ["| verdict | limit | found |", "| --- | --- | --- |", ...told.map(renderRow)],
    explained.flatMap((item) => [`- ${nameIn(item.name)}`, ...subList(item)]),
    unchanged.length === 0 ? [] : [`No slower than the baseline: ${names}`],
    baseline === null ? [] : [escapeMarkdown(baseline)],
  ];
  const filled = blocks.filter((block) => block.length > 0);
  return `${filled.map((block) => block.join("\n")).join("\n\n")}\n`;
}

function renderRow({ verdict, name, finding }: CheckItem): string {
  return `| ${marks[verdict]} | ${nameIn(name)} | ${escapeMarkdown(finding)} |`;
}

function subList(item: CheckItem): string[] {
  return detailsOf(item).map((detail) => `  - ${escapeMarkdown(detail)}`);
}

/** Blanks at its ends would be structure where a name begins a line. */
function nameIn(name: string): string {
  return markdownName(name.trim());
}

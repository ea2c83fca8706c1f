import { escapeControls } from "../escape.ts";
import type {
  AdjustedComparison,
  Adjustment,
  ComparisonReport,
  Sides,
  StageComparison,
} from "../report/comparison_report.ts";
import { formatCount } from "../units/count.ts";
import {
  comparisonWords,
  formatChange,
  formatDifference,
  formatInterval,
  formatMedian,
  legend,
  listStages,
  verdictWords,
  workloadSentences,
} from "./comparison_words.ts";
import type { Style } from "./style.ts";
import { renderTable } from "./table.ts";

const doubleRule = "=".repeat(80);
const rule = "-".repeat(80);

const titles: Readonly<Record<string, string>> = {
  figure: "FIGURES:",
  span: "SPANS:",
  gap: "GAPS (covered by no span):",
};

type Row = readonly string[];

/** Renders a comparison; `sources` is what the two sides were read from. */
export function renderComparisonText(
  report: ComparisonReport,
  sources: Sides<string>,
  style: Style,
): string {
  const { tables, small } = listStages(report);
  const lines = [
    doubleRule,
    style.bold(
      `COMPARISON: ${formatCount(report.requests.before, "request")} before, ` +
        `${formatCount(report.requests.after, "request")} after`,
    ),
    `before: ${escapeControls(sources.before)}`,
    `after:  ${escapeControls(sources.after)}`,
    doubleRule,
    ...tables.flatMap(([kind, stages]) => stageTable(titles[kind] ?? kind, stages, style)),
    ...(small === 0 ? [] : ["", `and ${formatCount(small, "gap")} of up to 1ms`]),
    ...(report.adjustment === null ? [] : adjustedPart(report, report.adjustment, style)),
    "",
    ...legend(report).map(style.dim),
  ];
  return `${lines.join("\n")}\n`;
}

function stageTable(title: string, stages: readonly StageComparison[], style: Style): string[] {
  if (stages.length === 0) return [];
  const header = ["name", "n", "before", "after", "difference", "95% interval", "verdict"];
  const rows = stages.map((stage): Row => {
    const { name, n, medians, comparison } = stage;
    return [
      name,
      `${n.before}/${n.after}`,
      formatMedian(medians.before),
      formatMedian(medians.after),
      comparison === null ? "–" : formatChange(comparison),
      comparison === null ? "–" : formatInterval(comparison),
      verdictWords(stage),
    ];
  });
  return ["", style.bold(title), rule, ...renderLeftLast(header, rows)];
}

function adjustedPart(
  report: ComparisonReport,
  { held, notHeld }: Adjustment,
  style: Style,
): string[] {
  const { tables } = listStages(report);
  const shown = tables.flatMap(([, stages]) => stages);
  const adjusted = shown.flatMap(({ name, adjusted }) =>
    adjusted === null ? [] : [{ name, adjusted }],
  );
  const names = held.map(({ name }) => name).join(", ");
  const unknown = notHeld.map(({ name, event, key }) => `${name} (${key} of ${event})`).join(", ");
  const missing =
    notHeld.length === 0
      ? []
      : [`not held constant, as it never differs or is not known on both sides: ${unknown}`];
  if (adjusted.length === 0) {
    const none = "Nothing can be held constant: too few requests on both sides know their workload";
    return ["", style.bold("WITH THE WORKLOAD HELD CONSTANT:"), rule, none, ...missing];
  }
  const sentences = workloadSentences(shown, escapeControls);
  return [
    "",
    style.bold(`WITH THE WORKLOAD HELD CONSTANT (${names}):`),
    rule,
    ...adjustedTable(adjusted),
    ...(sentences.length === 0 ? [] : ["", ...sentences]),
    "",
    "Stages that are over before the workload is known, and so cannot depend on it, stand as above",
    ...missing,
  ];
}

function adjustedTable(
  stages: readonly { readonly name: string; readonly adjusted: AdjustedComparison }[],
): string[] {
  const header = [
    "name",
    "n",
    "before",
    "after",
    "difference",
    "95% interval",
    "workload",
    "verdict",
  ];
  const rows = stages.map(({ name, adjusted }): Row => {
    const { n, medians, workload } = adjusted;
    return [
      name,
      `${n.before}/${n.after}`,
      formatMedian(medians.before),
      formatMedian(medians.after),
      formatChange(adjusted),
      formatInterval(adjusted),
      formatDifference(workload),
      comparisonWords(adjusted),
    ];
  });
  return renderLeftLast(header, rows);
}

/** A table whose last column, which holds words, is flush left as well. */
function renderLeftLast(header: readonly string[], rows: readonly Row[]): string[] {
  const last = header.length - 1;
  const width = Math.max(...[header, ...rows].map((row) => row[last]?.length ?? 0));
  const padded = [header, ...rows].map((row) => row.with(last, (row[last] ?? "").padEnd(width)));
  return renderTable(padded[0] ?? [], padded.slice(1));
}

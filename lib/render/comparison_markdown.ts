import type {
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
import { markdownName } from "./markdown_name.ts";

/** Renders a comparison to be pasted into a commit or a pull request; `sources` as in text. */
export function renderComparisonMarkdown(report: ComparisonReport, sources: Sides<string>): string {
  const { tables, small } = listStages(report);
  const lines = [
    `**${formatCount(report.requests.before, "request")} of ${markdownName(sources.before)} before, ` +
      `${formatCount(report.requests.after, "request")} of ${markdownName(sources.after)} after**`,
    ...tables.flatMap(([kind, stages]) => stageTable(kind, stages)),
    ...(small === 0 ? [] : ["", `and ${formatCount(small, "gap")} of up to 1ms`]),
    ...(report.adjustment === null ? [] : adjustedPart(report, report.adjustment)),
    "",
    ...legend(report).map((line) => `- ${line}`),
  ];
  return `${lines.join("\n")}\n`;
}

function stageTable(kind: string, stages: readonly StageComparison[]): string[] {
  if (stages.length === 0) return [];
  return [
    "",
    `| ${kind} | n | before | after | difference | 95% interval | verdict |`,
    "| :-- | --: | --: | --: | --: | --: | :-- |",
    ...stages.map((stage) => {
      const { name, n, medians, comparison } = stage;
      return row([
        markdownName(name),
        `${n.before}/${n.after}`,
        formatMedian(medians.before),
        formatMedian(medians.after),
        comparison === null ? "–" : formatChange(comparison),
        comparison === null ? "–" : formatInterval(comparison),
        emphasized(verdictWords(stage)),
      ]);
    }),
  ];
}

function adjustedPart(report: ComparisonReport, { held, notHeld }: Adjustment): string[] {
  const shown = listStages(report).tables.flatMap(([, stages]) => stages);
  const rows = shown.flatMap(({ name, adjusted }) =>
    adjusted === null
      ? []
      : [
          row([
            markdownName(name),
            `${adjusted.n.before}/${adjusted.n.after}`,
            formatMedian(adjusted.medians.before),
            formatMedian(adjusted.medians.after),
            formatChange(adjusted),
            formatInterval(adjusted),
            formatDifference(adjusted.workload),
            emphasized(comparisonWords(adjusted)),
          ]),
        ],
  );
  const missing =
    notHeld.length === 0
      ? []
      : ["", `Not held constant: ${notHeld.map(({ name }) => name).join(", ")}`];
  if (rows.length === 0) return ["", "Nothing can be held constant.", ...missing];
  const sentences = workloadSentences(shown, markdownName).map((sentence) => `- ${sentence}`);
  return [
    "",
    `With the workload held constant (${held.map(({ name }) => name).join(", ")}):`,
    "",
    "| stage | n | before | after | difference | 95% interval | workload | verdict |",
    "| :-- | --: | --: | --: | --: | --: | --: | :-- |",
    ...rows,
    ...(sentences.length === 0 ? [] : ["", ...sentences]),
    ...missing,
  ];
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

/** What has changed stands out. */
function emphasized(verdict: string): string {
  return verdict === "faster" || verdict === "slower" ? `**${verdict}**` : verdict;
}

import { escapeControls } from "../escape.ts";
import type { CheckItem, CheckReport } from "../report/check_report.ts";
import { formatCount } from "../units/count.ts";
import { concludeCheck, detailsOf } from "./check_words.ts";

/** GitHub shows so many annotations of a step. */
const maxAnnotations = 10;

/**
 * Workflow commands that GitHub turns into annotations: an error for what fails, a warning for what cannot
 * be judged, ten at most; then the verdict as plain text.
 */
export function renderCheckGithub(report: CheckReport): string {
  const ofVerdict = (verdict: string) => report.items.filter((item) => item.verdict === verdict);
  const worth = [...ofVerdict("fail"), ...ofVerdict("inconclusive")];
  const isTooMany = worth.length > maxAnnotations;
  const shown = isTooMany ? worth.slice(0, maxAnnotations - 1) : worth;
  const rest = worth.slice(shown.length);
  const lines = shown.map(annotate);
  if (isTooMany) {
    const level = rest.some((item) => item.verdict === "fail") ? "error" : "warning";
    lines.push(command(level, "timmy-latency", `And ${formatCount(rest.length, "more limit")}`));
  }
  return `${[...lines, concludeCheck(report)].join("\n")}\n`;
}

function annotate(item: CheckItem): string {
  const level = item.verdict === "fail" ? "error" : "warning";
  const lines = [item.finding, ...detailsOf(item)].map(escapeControls);
  return command(level, `timmy-latency: ${item.name}`, lines.join("\n"));
}

/** The escapes are those of the runner's own toolkit (actions/toolkit, packages/core/src/command.ts). */
function command(level: "error" | "warning", title: string, message: string): string {
  const data = message.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
  const property = escapeControls(title)
    .replaceAll("%", "%25")
    .replaceAll(":", "%3A")
    .replaceAll(",", "%2C");
  return `::${level} title=${property}::${data}`;
}

import { escapeControls } from "../escape.ts";
import type { LogReport } from "../report/log_report.ts";
import { formatCount } from "../units/count.ts";

/** Problems that are listed one by one; the rest is counted. */
const listed = 10;

/**
 * Says what of the log could not be read as events, for stderr: the counts of every kind met, then
 * the first problems with their place. Empty for a healthy log.
 */
export function renderProblems(log: LogReport): string[] {
  const { total, kinds, first } = log.problems;
  const lines: string[] = [];
  if (total > 0) {
    const counts = Object.entries(kinds).filter(([, count]) => count > 0);
    const parts = counts.map(([kind, count]) => `${count} ${kind}`).join(", ");
    lines.push(
      `${total} of ${formatCount(log.lines, "line")} held something that is no event: ${parts}`,
    );
  }
  for (const problem of first.slice(0, listed)) {
    const place = `${problem.file}:${problem.line ?? `byte ${problem.offset}`}`;
    const detail = escapeControls(`${problem.kind}: ${problem.detail}`);
    lines.push(`  ${escapeControls(place)}: ${detail}${problem.excerpt && `: ${problem.excerpt}`}`);
  }
  if (total > 0 && first.length === 0) lines.push("  which ones, only the log itself can tell");
  if (total > listed && first.length > 0) lines.push(`  and ${total - listed} more`);
  if (log.recovered > 0)
    lines.push(`Recovered from torn lines: ${formatCount(log.recovered, "event")}`);
  if (log.nulHoles > 0)
    lines.push(`Passed over: ${formatCount(log.nulHoles, "hole")} of NUL bytes`);
  if (log.closedEarly > 0) {
    const requests = formatCount(log.closedEarly, "request");
    lines.push(`Closed early, as too many were open or one was too long: ${requests}`);
  }
  if (log.folded > 0) {
    const samples = formatCount(log.folded, "sample");
    lines.push(`Counted under "other", as there were too many names: ${samples}`);
  }
  return lines;
}

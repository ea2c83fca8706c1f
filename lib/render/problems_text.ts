import { escapeControls } from "../escape.ts";
import type { LogReport } from "../report/log_report.ts";

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
    lines.push(`${total} of ${log.lines} lines held something that is no event: ${parts}`);
  }
  for (const problem of first.slice(0, listed)) {
    const place = `${problem.file}:${problem.line ?? `byte ${problem.offset}`}`;
    const detail = escapeControls(`${problem.kind}: ${problem.detail}`);
    lines.push(`  ${escapeControls(place)}: ${detail}${problem.excerpt && `: ${problem.excerpt}`}`);
  }
  if (total > listed) lines.push(`  and ${total - listed} more`);
  if (log.recovered > 0) lines.push(`${log.recovered} events were recovered from torn lines`);
  if (log.nulHoles > 0) lines.push(`${log.nulHoles} holes of NUL bytes were passed over`);
  if (log.closedEarly > 0)
    lines.push(`${log.closedEarly} requests were closed early: too many open, or too long`);
  if (log.folded > 0)
    lines.push(`${log.folded} samples were counted under "other": too many distinct names`);
  return lines;
}

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
    const met = Object.entries(kinds).filter(([, number]) => number > 0);
    const parts = met.map(([kind, number]) => `${number} ${kind}`).join(", ");
    lines.push(`${total} of ${count(log.lines, "line")} held something that is no event: ${parts}`);
  }
  for (const problem of first.slice(0, listed)) {
    const place = `${problem.file}:${problem.line ?? `byte ${problem.offset}`}`;
    const detail = escapeControls(`${problem.kind}: ${problem.detail}`);
    lines.push(`  ${escapeControls(place)}: ${detail}: ${problem.excerpt}`);
  }
  if (total > listed) lines.push(`  and ${total - listed} more`);
  const { recovered, nulHoles, closedEarly, folded } = log;
  if (recovered > 0) lines.push(`${count(recovered, "event")} recovered from torn lines`);
  if (nulHoles > 0) lines.push(`${count(nulHoles, "hole")} of NUL bytes passed over`);
  if (closedEarly > 0) {
    lines.push(`${count(closedEarly, "request")} closed early: too many open, or too long`);
  }
  if (folded > 0) {
    lines.push(`${count(folded, "sample")} counted under "other": too many distinct names`);
  }
  return lines;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

import type { ReadReport } from "./read_log.ts";
import { maxListed } from "./tally.ts";

/** The report of a whole file of those of its parts, in their order; lines are counted through. */
export function joinReports(parts: readonly ReadReport[]): ReadReport {
  const sum = (of: (part: ReadReport) => number) =>
    parts.reduce((total, part) => total + of(part), 0);
  const kinds: Record<string, number> = {};
  const first = [];
  let linesBefore = 0;
  for (const { problems, lines } of parts) {
    for (const [kind, count] of Object.entries(problems.kinds)) {
      kinds[kind] = (kinds[kind] ?? 0) + count;
    }
    for (const problem of problems.first) {
      const line = problem.line === null ? null : problem.line + linesBefore;
      if (first.length < maxListed) first.push({ ...problem, line });
    }
    linesBefore += lines;
  }
  return {
    files: parts[0]?.files ?? [],
    scope: "whole",
    bytes: sum((part) => part.bytes),
    bytesRead: sum((part) => part.bytesRead),
    lines: linesBefore,
    events: sum((part) => part.events),
    recovered: sum((part) => part.recovered),
    blank: sum((part) => part.blank),
    nulHoles: sum((part) => part.nulHoles),
    fallbackLines: sum((part) => part.fallbackLines),
    problems: { total: sum((part) => part.problems.total), kinds, first },
  };
}

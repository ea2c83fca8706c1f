import type { LogReport } from "./log_report.ts";

/** Two logs that were read one after the other, as one: files listed, counts added. */
export function joinLogs(one: LogReport, other: LogReport): LogReport {
  const kinds = { ...one.problems.kinds };
  for (const [kind, count] of Object.entries(other.problems.kinds)) {
    kinds[kind] = (kinds[kind] ?? 0) + count;
  }
  return {
    files: [...one.files, ...other.files],
    scope: one.scope === "whole" ? other.scope : one.scope,
    bytes: one.bytes + other.bytes,
    bytesRead: one.bytesRead + other.bytesRead,
    lines: one.lines + other.lines,
    events: one.events + other.events,
    requests: one.requests + other.requests,
    recovered: one.recovered + other.recovered,
    blank: one.blank + other.blank,
    nulHoles: one.nulHoles + other.nulHoles,
    closedEarly: one.closedEarly + other.closedEarly,
    folded: one.folded + other.folded,
    fallbackLines: one.fallbackLines + other.fallbackLines,
    problems: {
      total: one.problems.total + other.problems.total,
      kinds,
      first: [...one.problems.first, ...other.problems.first],
    },
  };
}

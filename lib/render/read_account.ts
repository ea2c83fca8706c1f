import type { LogReport } from "../report/log_report.ts";
import { formatCount } from "../units/count.ts";
import { formatSize } from "../units/size.ts";

/** What a run has cost. */
export interface RunCosts {
  readonly seconds: number;
  readonly cpuSeconds: number;
  /** The most memory it had at one time. */
  readonly peakBytes: number;
}

/** Says what was read for an answer, which way, and what that has cost, for `--verbose`. */
export function renderAccount(
  log: LogReport,
  { seconds, cpuSeconds, peakBytes }: RunCosts,
): string[] {
  const read =
    `Read ${formatCount(log.bytesRead, "byte")}, ${formatCount(log.lines, "line")}, ` +
    `${formatCount(log.events, "event")}, ${formatCount(log.requests, "request")} ` +
    `from ${log.files.join(", ")}`;
  const way =
    log.scope === "whole"
      ? "The whole log was read"
      : `A part of the log was read: ${log.bytesRead} of ${formatCount(log.bytes, "byte")}`;
  const odd =
    `${formatCount(log.fallbackLines, "fallback line")}, ` +
    formatCount(log.problems.total, "problem");
  const rate = formatSize(Math.round(log.bytesRead / seconds));
  const costs =
    `Took ${seconds.toFixed(2)} s (${rate}/s), ${cpuSeconds.toFixed(2)} s of CPU time, ` +
    `at most ${formatSize(peakBytes)} of memory`;
  return [read, `${way}; ${odd}`, costs];
}

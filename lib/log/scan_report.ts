import { type ProblemKind, problemKinds } from "../event/decode.ts";
import type { ReadReport } from "./read_log.ts";
import type { QueuedScan } from "./scan_queue.ts";
import { maxListed } from "./tally.ts";

/**
 * What the scans of several logs tell together, as `readLog` tells of them. Problems are listed as they
 * are met: where all logs are begun at once those before the first event of each come first.
 */
export function joinScanReports(
  logs: readonly QueuedScan[],
  isEachBegunAtOnce: boolean,
): ReadReport {
  const sum = (of: (log: QueuedScan) => number) => logs.reduce((total, log) => total + of(log), 0);
  const kinds = Object.fromEntries(
    problemKinds.map((kind) => [kind, sum(({ tally }) => tally.kinds[kind])]),
  ) as Record<ProblemKind, number>;
  const isBegun = ({ range }: QueuedScan) => isEachBegunAtOnce && range === null;
  const inTime = logs.toSorted((a, b) => a.seconds - b.seconds || a.index - b.index);
  const first = [
    ...logs.filter(isBegun).flatMap((log) => log.problems()[0]),
    ...inTime.flatMap((log) => (isBegun(log) ? log.problems()[1] : log.problems().flat())),
  ];
  return {
    files: logs.map((log) => log.source.name),
    scope: "whole",
    bytes: sum((log) => log.bytes),
    bytesRead: sum((log) => log.counts.bytesRead),
    lines: sum((log) => log.counts.lines),
    events: sum(({ tally }) => tally.events),
    recovered: sum(({ tally }) => tally.recovered),
    blank: sum(({ tally }) => tally.blank),
    nulHoles: sum((log) => log.counts.nulHoles),
    fallbackLines: sum((log) => log.counts.fallbackLines),
    problems: {
      total: sum(({ tally }) => tally.problems),
      kinds,
      first: first.slice(0, maxListed),
    },
  };
}

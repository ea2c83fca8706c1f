import type { TimingEvent } from "../event/timing_event.ts";
import type { LogReport } from "../report/log_report.ts";
import { findLogs } from "./find_logs.ts";
import { openLogs } from "./open_logs.ts";
import { type LogQueue, QueuedLog } from "./queued_log.ts";
import type { ReadOptions } from "./read_options.ts";
import { Tally } from "./tally.ts";

/** The part of a log report that reading alone can tell. */
export type ReadReport = Omit<LogReport, "requests" | "closedEarly" | "folded">;

/** A log being read: its events in time order across files, and what was met on the way. */
export interface LogReading {
  /** The next event, or null at the end. */
  next(): TimingEvent | null | Promise<TimingEvent | null>;
  /** What has been read so far. */
  report(): ReadReport;
}

/**
 * Reads one log, or several merged by time: always the file whose next event is the earliest goes
 * first (of equal ones, the first by name), so that files of different services interleave and files
 * of different days follow one another. The order of `names` makes no difference; a file named twice,
 * or under two names, is read once. Folders and globs stand for the logs in them.
 *
 * Memory: a block and a line for each file whose time has come. Of the others the first event is looked
 * at in advance, unless the manifest knows its time.
 *
 * @throws AccessError if a file cannot be opened or read.
 */
export async function readLog(names: readonly string[], options: ReadOptions): Promise<LogReading> {
  const tally = new Tally();
  const sources = await openLogs(names, findLogs, options.progress);
  const logs = sources.map((source, index) => new QueuedLog(source, index, tally, options));
  for (const log of logs) await log.prepare(logs.length > maxBegunAtOnce);
  const queue: LogQueue = logs.filter((log) => !log.isOver).sort((a, b) => a.compare(b));
  return {
    next: () => takeEarliest(queue, options),
    report: () => describeReading(logs, tally),
  };
}

/** Up to so many files are begun at once, instead of being looked into first and begun later. */
export const maxBegunAtOnce = 4;

/** Takes the head of the first log and puts the log back in its place by its next event. */
function takeEarliest(
  queue: LogQueue,
  options: ReadOptions,
): TimingEvent | null | Promise<TimingEvent | null> {
  const earliest = queue[0];
  if (earliest === undefined) return null;
  if (!earliest.isBegun) return begin(earliest, queue, options);
  const event = earliest.head;
  const advanced = earliest.advance();
  if (typeof advanced === "boolean") {
    reposition(queue);
    return event;
  }
  return advanced.then(() => {
    reposition(queue);
    return event;
  });
}

/** Opens the log whose time has come, or passes over it if nobody wants its events. */
async function begin(
  log: QueuedLog,
  queue: LogQueue,
  options: ReadOptions,
): Promise<TimingEvent | null> {
  const { range } = log;
  if (range !== null && options.wants?.(range) === false) log.skip();
  else await log.begin();
  reposition(queue);
  return takeEarliest(queue, options);
}

/** Moves the first log back to where its new head belongs, or drops it at its end. */
function reposition(queue: LogQueue): void {
  const [first] = queue;
  if (first === undefined || (queue.length === 1 && !first.isOver)) return;
  queue.shift();
  if (first.isOver) return;
  const later = queue.findIndex((log) => first.compare(log) < 0);
  queue.splice(later < 0 ? queue.length : later, 0, first);
}

function describeReading(logs: readonly QueuedLog[], tally: Tally): ReadReport {
  const sum = (of: (log: QueuedLog) => number) => logs.reduce((total, log) => total + of(log), 0);
  const bytesRead = sum((log) => log.counts.bytesRead);
  return {
    files: logs.map((log) => log.name),
    scope: logs.some((log) => log.isSkipped) ? "part" : "whole",
    bytes: sum((log) => log.bytes),
    bytesRead,
    lines: sum((log) => log.counts.lineCount),
    events: tally.events,
    recovered: tally.recovered,
    blank: tally.blank,
    nulHoles: sum((log) => log.counts.nulHoles),
    fallbackLines: 0,
    problems: { total: tally.problems, kinds: tally.kinds, first: tally.first },
  };
}

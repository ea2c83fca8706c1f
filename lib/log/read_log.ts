import type { TimingEvent } from "../event/timing_event.ts";
import type { LogReport } from "../report/log_report.ts";
import { EventStream } from "./event_stream.ts";
import { openLogFile } from "./file_source.ts";
import { Tally } from "./tally.ts";

/** How a log is read. */
export interface ReadOptions {
  /** Lines of more bytes are passed over. */
  readonly maxLineBytes: number;
  /** Bytes per read; results do not depend on it. */
  readonly blockBytes?: number;
}

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
 * first, so that files of different services interleave and files of different days follow one
 * another. The order of `names` makes no difference; a file named twice is read once.
 *
 * Memory: a block and a line for each file whose time has come.
 *
 * @throws AccessError if a file cannot be opened or read.
 */
export async function readLog(names: readonly string[], options: ReadOptions): Promise<LogReading> {
  const tally = new Tally();
  const streams = openStreams(names, tally, options);
  for (const stream of streams) await stream.advance();
  const waiting = streams
    .filter((stream) => stream.head !== null)
    .sort((a, b) => headSeconds(a) - headSeconds(b));
  return {
    next: () => takeEarliest(waiting),
    report: () => describeReading(streams, tally),
  };
}

function openStreams(names: readonly string[], tally: Tally, options: ReadOptions): EventStream[] {
  const identities = new Set<string>();
  const streams: EventStream[] = [];
  for (const name of [...names].sort()) {
    const file = openLogFile(name);
    if (identities.has(file.identity)) {
      file.close();
      continue;
    }
    identities.add(file.identity);
    streams.push(new EventStream(file, tally, options.maxLineBytes, options.blockBytes));
  }
  return streams;
}

function headSeconds(stream: EventStream): number {
  return stream.head?.timestampSeconds ?? Number.POSITIVE_INFINITY;
}

/** Takes the head of the first stream and puts the stream back in its place by its next event. */
function takeEarliest(waiting: EventStream[]): TimingEvent | null | Promise<TimingEvent | null> {
  const earliest = waiting[0];
  if (earliest === undefined) return null;
  const event = earliest.head;
  const advanced = earliest.advance();
  if (typeof advanced === "boolean") {
    reposition(waiting);
    return event;
  }
  return advanced.then(() => {
    reposition(waiting);
    return event;
  });
}

/** Moves the first stream back to where its new head belongs, or drops it at its end. */
function reposition(waiting: EventStream[]): void {
  const [first] = waiting;
  if (first === undefined || (waiting.length === 1 && first.head !== null)) return;
  waiting.shift();
  if (first.head === null) return;
  const seconds = first.head.timestampSeconds;
  const later = waiting.findIndex((stream) => headSeconds(stream) > seconds);
  waiting.splice(later < 0 ? waiting.length : later, 0, first);
}

function describeReading(streams: readonly EventStream[], tally: Tally): ReadReport {
  const sum = (of: (stream: EventStream) => number) =>
    streams.reduce((total, stream) => total + of(stream), 0);
  const bytesRead = sum((stream) => stream.reader.bytesRead);
  return {
    files: streams.map((stream) => stream.name),
    scope: "whole",
    bytes: bytesRead,
    bytesRead,
    lines: sum((stream) => stream.reader.lineCount),
    events: tally.events,
    recovered: tally.recovered,
    blank: tally.blank,
    nulHoles: sum((stream) => stream.reader.nulHoles),
    fallbackLines: 0,
    problems: { total: tally.problems, kinds: tally.kinds, first: tally.first },
  };
}

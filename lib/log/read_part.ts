import { decodeLine } from "../event/decode.ts";
import type { TimingEvent } from "../event/timing_event.ts";
import type { RandomAccess } from "./descriptor_source.ts";
import { EventStream } from "./event_stream.ts";
import { rangeOf } from "./file_range.ts";
import type { ReadReport } from "./read_log.ts";
import type { ReadOptions } from "./read_options.ts";
import { Tally } from "./tally.ts";

const newline = 10;
/** A line is read in blocks of its own size, up to that. */
const lineBlockBytes = 64 * 1024;

/** The events of a part of a file, in the order in which they stand there. */
export class PartReading {
  readonly #file: RandomAccess;
  readonly #from: number;
  readonly #stream: EventStream;
  readonly #tally = new Tally();

  /** Reads from a place where a line begins to another, or to the end of the file. */
  constructor(
    file: RandomAccess,
    options: ReadOptions,
    { from, to = file.size }: { readonly from: number; readonly to?: number },
  ) {
    this.#file = file;
    this.#from = from;
    const { maxLineBytes, blockBytes } = options;
    this.#stream = new EventStream(rangeOf(file, from, to), this.#tally, maxLineBytes, blockBytes);
  }

  /** The next event, or null at the end. */
  next(): TimingEvent | null {
    this.#stream.advance();
    return this.#stream.head;
  }

  /** Where the latest event ends, counted from the file's start. */
  get doneTo(): number {
    const { offset, start, end } = this.#stream.reader;
    return offset + end - start;
  }

  /** Where the bytes begin that were not read yet. */
  get readTo(): number {
    return this.#from + this.#stream.reader.bytesRead;
  }

  /** What has been read up to a place. */
  report(end = this.readTo): ReadReport {
    const { lineCount, nulHoles } = this.#stream.reader;
    const bytesRead = end - this.#from;
    const counts = { lines: lineCount, nulHoles, bytesRead, fallbackLines: 0 };
    return describePart(this.#file, this.#tally, counts);
  }
}

/** The events that a line holds, mostly one. */
export function eventsOfLine(
  file: RandomAccess,
  options: ReadOptions,
  { start, end }: { readonly start: number; readonly end: number },
): readonly TimingEvent[] {
  const usual =
    start > 0 && end - start <= options.maxLineBytes ? usualEvents(file, start, end) : null;
  if (usual !== null) return usual;
  const blockBytes = Math.min(end - start, lineBlockBytes);
  const reading = new PartReading(file, { ...options, blockBytes }, { from: start, to: end });
  const events: TimingEvent[] = [];
  for (let event = reading.next(); event !== null; event = reading.next()) events.push(event);
  return events;
}

/** The events of a line that no hole parts, without a reader's preparations; null if one does. */
function usualEvents(
  file: RandomAccess,
  start: number,
  end: number,
): readonly TimingEvent[] | null {
  const bytes = new Uint8Array(end - start);
  const length = file.readAt(bytes, start);
  if (bytes.includes(0)) return null;
  const isEnded = bytes[length - 1] === newline;
  return decodeLine(bytes, 0, isEnded ? length - 1 : length, !isEnded)?.events ?? [];
}

/** What was read of a file, all of it or a part. */
export function describePart(
  file: RandomAccess,
  { events, recovered, blank, problems, kinds, first }: Tally,
  counts: Pick<ReadReport, "lines" | "nulHoles" | "bytesRead" | "fallbackLines">,
): ReadReport {
  const report: ReadReport = {
    files: [file.name],
    scope: "whole",
    bytes: file.size,
    bytesRead: counts.bytesRead,
    lines: counts.lines,
    events,
    recovered,
    blank,
    nulHoles: counts.nulHoles,
    fallbackLines: counts.fallbackLines,
    problems: { total: problems, kinds, first },
  };
  return counts.bytesRead < file.size ? asPart(report) : report;
}

/** The same report for a part, in which lines have no numbers. */
export function asPart<Report extends ReadReport>(report: Report): Report {
  const { problems } = report;
  const first = problems.first.map((problem) => ({ ...problem, line: null }));
  return { ...report, scope: "part", problems: { ...problems, first } };
}

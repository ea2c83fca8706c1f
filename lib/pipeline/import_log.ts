import type { TimingEvent } from "../event/timing_event.ts";
import type { Converted, Converter } from "../import/converter.ts";
import { importFormats } from "../import/formats.ts";
import type { LogFile } from "../log/file_source.ts";
import { findLogs } from "../log/find_logs.ts";
import { openLogs } from "../log/open_logs.ts";
import type { LogReading } from "../log/read_log.ts";
import type { ReadOptions } from "../log/read_options.ts";
import { Tally } from "../log/tally.ts";
import { LineReader } from "../ndjson/line_reader.ts";
import { formatSize } from "../units/size.ts";

const decoder = new TextDecoder();

/**
 * Reads what another project has logged, as `readLog` reads a log of ours. Files follow one another in
 * the order of their names. What cannot be used is a problem, what is known to belong to no turn counts
 * as blank.
 *
 * @throws AccessError if a file cannot be opened or read.
 */
export async function importLog(
  names: readonly string[],
  from: string,
  options: ReadOptions,
): Promise<LogReading> {
  const begin = importFormats.get(from);
  if (begin === undefined) throw new Error(`There is no import from ${from}`);
  const { maxLineBytes, blockBytes } = options;
  const blocks = { maxLineBytes, ...(blockBytes === undefined ? {} : { blockBytes }) };
  const tally = new Tally();
  const readers: { name: string; reader: LineReader }[] = [];
  const sources = await openLogs(names, findLogs, options.progress);
  const events = (async function* () {
    for (const source of sources) {
      const open = source.open();
      const file = open.read();
      const reader = new LineReader(file, blocks);
      readers.push({ name: source.name, reader });
      try {
        yield* convert(file, reader, await begin(), tally, maxLineBytes);
      } finally {
        file.close();
        open.close();
      }
    }
  })();
  return {
    next: async () => {
      const { value, done } = await events.next();
      if (done === true) return null;
      tally.events++;
      return value;
    },
    report: () => ({
      files: sources.map(({ name }) => name),
      scope: "whole",
      bytes: sum(readers.map(({ reader }) => reader.bytesRead)),
      bytesRead: sum(readers.map(({ reader }) => reader.bytesRead)),
      lines: sum(readers.map(({ reader }) => reader.lineCount)),
      events: tally.events,
      recovered: 0,
      blank: tally.blank,
      nulHoles: sum(readers.map(({ reader }) => reader.nulHoles)),
      fallbackLines: 0,
      problems: { total: tally.problems, kinds: tally.kinds, first: tally.first },
    }),
  };
}

/** The events of one file; what is none goes to the tally. */
async function* convert(
  file: LogFile,
  reader: LineReader,
  converter: Converter,
  tally: Tally,
  maxLineBytes: number,
): AsyncGenerator<TimingEvent> {
  const count = ({ faults, isAside }: Converted) => {
    for (const fault of faults) tally.addProblem(file.name, reader, fault);
    if (isAside === true) tally.blank++;
  };
  do {
    while (reader.next()) {
      if (reader.tooLong) {
        const detail = `longer than ${formatSize(maxLineBytes)} before the line end`;
        tally.addProblem(file.name, reader, { kind: "too long", detail });
        continue;
      }
      const converted = converter.take(
        decoder.decode(reader.bytes.subarray(reader.start, reader.end)),
      );
      count(converted);
      yield* converted.events;
    }
  } while (await reader.fill());
  const rest = converter.end();
  // At the end there is nothing to be blank: a document's lines were held, not passed over.
  count({ ...rest, isAside: false });
  yield* rest.events;
  const damage = file.damage();
  if (damage !== null) tally.addEnd(file.name, reader.lineCount + 1, reader.bytesRead, damage);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

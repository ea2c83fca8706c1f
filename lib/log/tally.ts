import { excerpt } from "../escape.ts";
import { type Fault, type ProblemKind, problemKinds } from "../event/decode.ts";
import type { LineReader } from "../ndjson/line_reader.ts";
import type { Problem } from "../report/log_report.ts";

/** Problems kept with their place; beyond, they are only counted. */
const maxListed = 1_000;

/** Counts what is met while reading, over all files of a run. */
export class Tally {
  events = 0;
  recovered = 0;
  blank = 0;
  readonly kinds = Object.fromEntries(problemKinds.map((kind) => [kind, 0])) as Record<
    ProblemKind,
    number
  >;
  readonly first: Problem[] = [];

  /** All problems, of every kind. */
  get problems(): number {
    return Object.values(this.kinds).reduce((sum, count) => sum + count, 0);
  }

  /** Counts the span that `reader` stands at as a problem, and lists it while there is room. */
  addProblem(file: string, reader: LineReader, fault: Fault): void {
    this.kinds[fault.kind]++;
    if (this.first.length >= maxListed) return;
    const head = reader.bytes.subarray(reader.start, Math.min(reader.end, reader.start + 320));
    this.first.push({
      file,
      line: reader.lineNumber,
      offset: reader.offset,
      kind: fault.kind,
      detail: fault.detail,
      excerpt: excerpt(new TextDecoder().decode(head)),
    });
  }

  /** Counts as a problem that a file ends before its time, right behind the last line read. */
  addEnd(file: string, reader: LineReader, detail: string): void {
    this.kinds["torn tail"]++;
    if (this.first.length >= maxListed) return;
    const [line, offset] = [reader.lineCount + 1, reader.bytesRead];
    this.first.push({ file, line, offset, kind: "torn tail", detail, excerpt: "" });
  }
}

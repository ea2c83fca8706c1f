import { excerpt } from "../escape.ts";
import {
  type DecodedLine,
  decodeLine,
  type Fault,
  type ProblemKind,
  problemKinds,
} from "../event/decode.ts";
import type { TimingEvent } from "../event/timing_event.ts";
import type { LineSpan } from "../ndjson/line_reader.ts";
import type { Problem } from "../report/log_report.ts";
import { formatSize } from "../units/size.ts";

/** Problems kept with their place; beyond, they are only counted. */
export const maxListed = 1_000;

const nothing = { events: [] };

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

  /** Counts a span as a problem, and lists it while there is room. */
  addProblem(file: string, span: LineSpan, fault: Fault): void {
    this.kinds[fault.kind]++;
    if (this.first.length >= maxListed) return;
    const head = span.bytes.subarray(span.start, Math.min(span.end, span.start + 320));
    this.first.push({
      file,
      line: span.lineNumber,
      offset: span.offset,
      kind: fault.kind,
      detail: fault.detail,
      excerpt: excerpt(new TextDecoder().decode(head)),
    });
  }

  /**
   * Decodes a span of `file` and counts what it holds, problems included; returns its events, which
   * the taker counts. `explain` may know better why a line is none.
   */
  decode(
    file: string,
    span: LineSpan,
    maxLineBytes: number,
    explain: (fault: Fault) => Fault = (fault) => fault,
  ): readonly TimingEvent[] {
    return this.decodeSpan(file, span, maxLineBytes, explain).events;
  }

  /** Does as `decode()` does, and tells where in the span each event begins, too. */
  decodeSpan(
    file: string,
    span: LineSpan,
    maxLineBytes: number,
    explain: (fault: Fault) => Fault,
  ): Pick<DecodedLine, "events" | "starts"> {
    if (span.tooLong) {
      const detail = `longer than ${formatSize(maxLineBytes)} before the line end`;
      this.addProblem(file, span, { kind: "too long", detail });
      return nothing;
    }
    const line = decodeLine(span.bytes, span.start, span.end, span.terminator === "end");
    if (line === null) {
      this.blank++;
      return nothing;
    }
    if (line.fault !== null) this.addProblem(file, span, explain(line.fault));
    this.recovered += line.recovered;
    return line;
  }

  /** Counts as a problem that a file ends before its time, right behind the last line read. */
  addEnd(file: string, line: number, offset: number, detail: string): void {
    this.kinds["torn tail"]++;
    if (this.first.length >= maxListed) return;
    this.first.push({ file, line, offset, kind: "torn tail", detail, excerpt: "" });
  }
}

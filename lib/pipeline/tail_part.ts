import { PairNames } from "../event/pair_names.ts";
import { rangeOf } from "../log/file_range.ts";
import { describePart, PartReading } from "../log/read_part.ts";
import { countReads } from "../log/read_progress.ts";
import { LogScan } from "../log/scan_log.ts";
import { Tally } from "../log/tally.ts";
import { RequestAssembler } from "../request/assemble.ts";
import { summaryCaptures } from "../request/capture_scheme.ts";
import { Collector } from "../request/collect.ts";
import { LatestRequests, markOf, markText, type RequestMark } from "../request/latest_requests.ts";
import { RequestTable } from "../request/request_table.ts";
import type { RequestTrace } from "../request/request_trace.ts";
import { readMarked } from "./read_marked.ts";
import type { Sought } from "./reading.ts";
import type { SeekPlan } from "./seek_plan.ts";

/** What the end of a log, from some place on, holds by itself. */
export interface TailPart {
  /** The requests that started last in it, oldest first. */
  readonly latest: Pick<LatestRequests, "marks" | "isFull">;
  readonly log: Sought["log"];
  /** The events of requests of it; null if they are not found again. */
  read(marks: readonly RequestMark[]): readonly RequestTrace[] | null;
}

/** Makes events of all lines; null if a bound was reached, which depends on the whole. */
export function readPart(
  { file, options }: SeekPlan,
  from: number,
  wanted: number,
): TailPart | null {
  const latest = new LatestRequests(wanted);
  const traces = new Map<string, RequestTrace>();
  const assembler = new RequestAssembler(options.idleSeconds, (trace) => {
    const mark = markOf(trace);
    traces.set(markText(mark), trace);
    latest.take(mark);
  });
  const reading = new PartReading(file, options, { from });
  for (let event = reading.next(); event !== null; event = reading.next()) assembler.add(event);
  assembler.end();
  const { closedEarly } = assembler;
  if (closedEarly > 0) return null;
  return {
    latest,
    log: { ...reading.report(), requests: latest.requests, closedEarly },
    read: (marks) => marks.flatMap((mark) => traces.get(markText(mark)) ?? []),
  };
}

/** Does as `readPart`, and makes no events but of the requests that are read: for large parts. */
export async function scanPart(
  plan: SeekPlan,
  from: number,
  wanted: number,
): Promise<TailPart | null> {
  const { file, options } = plan;
  const tally = new Tally();
  options.progress?.begin(file.size - from);
  const part = countReads(rangeOf(file, from, file.size), options.progress);
  const scan = new LogScan(part, tally, options);
  const latest = new LatestRequests(wanted);
  const table = new RequestTable(scan.scanner, options.idleSeconds, {
    captureWidth: summaryCaptures.width,
    emit: (request) => latest.add(request),
  });
  await scan.run(new Collector(table, new PairNames(), scan.scanner));
  table.end();
  const { closedEarly } = table;
  if (closedEarly > 0) return null;
  const read = from === 0 ? scan.report() : describePart(file, tally, scan);
  return {
    latest,
    log: { ...read, requests: latest.requests, closedEarly },
    read: (marks) => readMarked(plan, from, marks),
  };
}

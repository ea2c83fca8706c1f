import { PartReading } from "../log/read_part.ts";
import { RequestAssembler } from "../request/assemble.ts";
import { LatestRequests, markOf, markText, type RequestMark } from "../request/latest_requests.ts";
import type { RequestTrace } from "../request/request_trace.ts";
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
export function readTail(
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

import type { TimingEvent } from "../event/timing_event.ts";
import { eventsOfLine, PartReading } from "../log/read_part.ts";
import { isPlainText } from "../log/string_search.ts";
import { TextsSearch } from "../log/texts_search.ts";
import { RequestAssembler } from "../request/assemble.ts";
import { disorderSeconds } from "../request/bounds.ts";
import { markOf, markText, type RequestMark } from "../request/latest_requests.ts";
import type { RequestTrace } from "../request/request_trace.ts";
import type { SeekPlan } from "./seek_plan.ts";

/** Each id costs a search of its own. */
const mostSearched = 32;

/**
 * Reads requests that are marked from the end of a log: only their lines, if they are few. Null if
 * they are not found again behind `from`.
 */
export function readMarked(
  plan: SeekPlan,
  from: number,
  marks: readonly RequestMark[],
): RequestTrace[] | null {
  const missing = new Map<string, number>();
  for (const mark of marks.map(markText)) missing.set(mark, (missing.get(mark) ?? 0) + 1);
  const found: RequestTrace[] = [];
  const assembler = new RequestAssembler(plan.options.idleSeconds, (trace) => {
    const mark = markText(markOf(trace));
    const count = missing.get(mark) ?? 0;
    if (count === 0) return;
    missing.set(mark, count - 1);
    found.push(trace);
  });
  const start = marks[0]?.firstSeconds ?? Number.NEGATIVE_INFINITY;
  const near = Math.max(from, plan.time.before(start - disorderSeconds));
  const ids = new Set(marks.map(({ id }) => id));
  for (const event of eventsFrom(plan, near, ids)) assembler.add(event);
  assembler.end();
  return found.length < marks.length ? null : found;
}

/** All events from a place on, or only those of the ids. */
function* eventsFrom(
  { file, options }: SeekPlan,
  from: number,
  ids: ReadonlySet<string>,
): Generator<TimingEvent> {
  if (ids.size <= mostSearched && [...ids].every(isPlainText)) {
    const search = new TextsSearch(file, [...ids], options);
    const lines = new Map<number, readonly TimingEvent[]>();
    while (search.from > from) {
      for (const { line } of search.next(from)) {
        if (!lines.has(line.start)) lines.set(line.start, eventsOfLine(file, options, line));
      }
    }
    const places = [...lines.keys()].sort((a, b) => a - b);
    for (const place of places) yield* lines.get(place) ?? [];
    return;
  }
  const reading = new PartReading(file, options, { from });
  for (let event = reading.next(); event !== null; event = reading.next()) yield event;
}

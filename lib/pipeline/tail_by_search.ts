import { eventsOfLine, PartReading } from "../log/read_part.ts";
import { isPlainText, StringSearch } from "../log/string_search.ts";
import { RequestAssembler } from "../request/assemble.ts";
import { disorderSeconds } from "../request/bounds.ts";
import { type RequestTrace, traceStart } from "../request/request_trace.ts";
import type { Sought } from "./reading.ts";
import { lineNear, type SeekPlan } from "./seek_plan.ts";

/** Each request costs a search of its own. */
const mostWanted = 32;
const mostSearchedBytes = 64 * 1024 * 1024;
/** Events are made of a part up to so large. */
const mostReadBytes = 4 * 1024 * 1024;

/** The requests that were asked for, and how far back the file was searched for them. */
interface Chosen {
  readonly traces: readonly RequestTrace[];
  readonly from: number;
}

/**
 * Answers `--tail` for a few requests: reads the end of the file as far as they begin in it, and
 * searches the bytes of the idle window before for their ids, as a request whose id is met there has
 * begun earlier. Hands them to `take`; null, with nothing taken, if they are too many, or lines are
 * written too densely, for this to be the cheapest way.
 *
 * Exact if every event before the part read is earlier than the requests, and every event before the
 * part searched earlier than the window: see `TimeSeek`.
 */
export function tailBySearch(
  plan: SeekPlan,
  wanted: number,
  take: (trace: RequestTrace) => void,
): Sought | null {
  if (wanted > mostWanted) return null;
  const { file, time } = plan;
  let from = lineNear(plan, file.size - plan.leastUnread / 4);
  while (from > 0 && file.size - from <= mostReadBytes) {
    const part = readPart(plan, from);
    if (part === null) return null;
    const oldest = part.traces.at(-wanted);
    const chosen = oldest === undefined ? null : choose(plan, from, part.traces, wanted);
    if (chosen === "too much") return null;
    const [first] = chosen?.traces ?? [];
    let next = file.size - 4 * (file.size - from);
    if (chosen !== null && first !== undefined) {
      const needed = time.before(traceStart(first) - disorderSeconds);
      if (from <= needed) {
        for (const trace of chosen.traces) take(trace);
        return { log: { ...part.log, bytesRead: file.size - chosen.from }, search: null };
      }
      next = needed;
    }
    next = lineNear(plan, next);
    // One line may be longer than all that was read.
    from = next < from ? next : 0;
  }
  return null;
}

/** Reads the end of the file: its requests by their starts; null if a bound was reached. */
function readPart(
  { file, options }: SeekPlan,
  from: number,
): { readonly traces: readonly RequestTrace[]; readonly log: Sought["log"] } | null {
  const traces: RequestTrace[] = [];
  const assembler = new RequestAssembler(options.idleSeconds, (trace) => traces.push(trace));
  const reading = new PartReading(file, options, { from });
  for (let event = reading.next(); event !== null; event = reading.next()) assembler.add(event);
  assembler.end();
  const { closedEarly } = assembler;
  if (closedEarly > 0) return null;
  traces.sort((a, b) => traceStart(a) - traceStart(b));
  return { traces, log: { ...reading.report(), requests: traces.length, closedEarly } };
}

/**
 * The last requests, oldest first, that have not begun before the part; null if there are not enough.
 */
function choose(
  plan: SeekPlan,
  from: number,
  traces: readonly RequestTrace[],
  wanted: number,
): Chosen | "too much" | null {
  const { time, options } = plan;
  const chosen: RequestTrace[] = [];
  let windowFrom = from;
  let windowSeconds = Number.POSITIVE_INFINITY;
  let searchedBytes = 0;
  for (const trace of traces.toReversed()) {
    const neededSeconds = traceStart(trace) - options.idleSeconds - disorderSeconds;
    if (neededSeconds < windowSeconds) {
      // A little more than that, so that it need not be found anew for the next one.
      windowSeconds = neededSeconds - options.idleSeconds / 8;
      windowFrom = Math.min(from, time.before(windowSeconds));
    }
    searchedBytes += from - windowFrom;
    if (searchedBytes > mostSearchedBytes || !isPlainText(trace.id)) return "too much";
    if (!hasBegun(plan, trace, windowFrom, from)) chosen.push(trace);
    if (chosen.length === wanted) return { traces: chosen.reverse(), from: windowFrom };
  }
  return null;
}

/** Whether a request has an event in a stretch of the file before the part in which it was found. */
function hasBegun(
  { file, options }: SeekPlan,
  trace: RequestTrace,
  from: number,
  to: number,
): boolean {
  const since = traceStart(trace) - options.idleSeconds;
  const { blockBytes } = options;
  const search = new StringSearch(file, trace.id, false, blockBytes ? { to, blockBytes } : { to });
  while (search.from > from) {
    for (const line of search.next(from)) {
      const events = eventsOfLine(file, options, line);
      const isOlder = events.some(
        (event) => event.requestId === trace.id && event.timestampSeconds >= since,
      );
      if (isOlder) return true;
    }
  }
  return false;
}

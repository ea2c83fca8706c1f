import { asPart, eventsOfLine, PartReading } from "../log/read_part.ts";
import { isPlainText, StringSearch } from "../log/string_search.ts";
import type { LogReport } from "../report/log_report.ts";
import { RequestAssembler } from "../request/assemble.ts";
import { disorderSeconds } from "../request/bounds.ts";
import { FoundIds, type FoundRequest } from "../request/found_ids.ts";
import { type RequestTrace, traceStart } from "../request/request_trace.ts";
import { minPrefixLength } from "../request/select.ts";
import type { Sought } from "./reading.ts";
import { SearchCrew } from "./search_crew.ts";
import type { SeekPlan } from "./seek_plan.ts";

/** An id that stands in more lines than that is looked for by reading them all. */
const mostLines = 20_000;

/**
 * Answers `--request` without `--all`: searches the bytes backwards for the id, up to an idle window
 * before the newest request of that id, or through the whole file if only longer ids begin so, or none.
 * Then reads the file from the request's first event to its last. Hands the request to `take`; null,
 * with nothing taken, if the whole file must be read.
 *
 * That there is no such id is proved: every way to spell it is searched for. A request that is found is
 * exact if every event before the part searched is earlier than that window: see `TimeSeek`. Memory: a
 * block, the places found, and the requests open at that time.
 */
export async function seekRequest(
  plan: SeekPlan,
  wanted: string,
  take: (trace: RequestTrace) => void,
): Promise<Sought | null> {
  const found = isPlainText(wanted) ? await searchBack(plan, wanted) : null;
  if (found === null) return null;
  const { ids, from } = found;
  const { file, time } = plan;
  const newest = ids.newest();
  const read = newest === null ? readNothing(plan) : readRequest(plan, ids, newest);
  if (read === null) return null;
  if (read.trace !== null) take(read.trace);
  const oldestSeconds = time.at(from)?.lowestSeconds ?? null;
  return {
    // What was searched was not counted, be it the whole file.
    log: asPart({ ...read.log, bytesRead: file.size - from }),
    search: { searched: { requests: null, oldestSeconds }, otherIds: ids.others() },
  };
}

/** Finds all events of the id, or of ids that begin so, from `from` on; null if there are too many. */
async function searchBack(
  plan: SeekPlan,
  wanted: string,
): Promise<{ readonly ids: FoundIds; readonly from: number } | null> {
  const { file, time, leastUnread, options } = plan;
  const { blockBytes, progress, threads } = options;
  const isPrefix = wanted.length >= minPrefixLength;
  const search = new StringSearch(file, wanted, isPrefix, blockBytes ? { blockBytes } : {});
  using crew = new SearchCrew(file, { text: wanted, isPrefix, blockBytes }, threads);
  const ids = new FoundIds(wanted, isPrefix, options.idleSeconds);
  let lines = 0;
  // How far to search before asking whether that is enough, and from what time on it then is.
  let goal = file.size;
  let goalSeconds = Number.POSITIVE_INFINITY;
  progress?.begin(file.size);
  while (search.from > 0) {
    const searchedTo = search.from;
    const passed = goal === file.size ? crew.passFrom(searchedTo) : searchedTo;
    if (passed < searchedTo) search.skipTo(passed);
    const found = passed < searchedTo ? [] : search.next(goal === file.size ? 0 : goal);
    const turn = progress?.add(searchedTo - search.from) ?? null;
    if (turn !== null) await turn;
    for (const line of found) {
      if (++lines > mostLines) return null;
      for (const { requestId, timestampSeconds } of eventsOfLine(file, options, line)) {
        ids.add(requestId, { ...line, seconds: timestampSeconds });
      }
    }
    const window = search.from <= goal ? ids.exactWindow() : null;
    if (window === null) continue;
    const neededSeconds = window.firstSeconds - options.idleSeconds - disorderSeconds;
    if (neededSeconds >= goalSeconds) break;
    // A little more than that, as requests begin before the event that was met first.
    goalSeconds = neededSeconds - options.idleSeconds / 8;
    const covering = time.before(goalSeconds);
    goal = covering < leastUnread ? 0 : covering;
  }
  return { ids, from: search.from };
}

interface ReadRequest {
  readonly trace: RequestTrace | null;
  readonly log: Omit<LogReport, "folded">;
}

function readNothing({ file, options }: SeekPlan): ReadRequest {
  const reading = new PartReading(file, options, { from: file.size });
  return { trace: null, log: { ...reading.report(), requests: 0, closedEarly: 0 } };
}

/**
 * Reads the request, and as much around it as decides what belongs to it; null if it comes out as
 * another one: where a late event comes after the request was closed, or a bound was reached.
 */
function readRequest(plan: SeekPlan, ids: FoundIds, newest: FoundRequest): ReadRequest | null {
  const { file, options } = plan;
  const { start, end, ids: relevant } = ids.stretchOf(newest);
  const traces: RequestTrace[] = [];
  const assembler = new RequestAssembler(options.idleSeconds, (trace) => {
    const order = traceStart(trace) - newest.firstSeconds || (trace.id < newest.id ? -1 : 0);
    if (relevant.has(trace.id) && order >= 0) traces.push(trace);
  });
  const reading = new PartReading(file, options, { from: start, to: end });
  for (let event = reading.next(); event !== null; event = reading.next()) assembler.add(event);
  assembler.end();
  const [trace] = traces;
  // Whatever closes a request between its events does so here as well, and makes two of it.
  if (trace === undefined || traces.length > 1 || assembler.closedEarly > 0) return null;
  return { trace, log: { ...reading.report(), requests: 1, closedEarly: 0 } };
}

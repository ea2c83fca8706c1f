import { PairNames } from "../event/pair_names.ts";
import type { RandomAccess } from "../log/descriptor_source.ts";
import { rangeOf } from "../log/file_range.ts";
import { describePart, PartReading } from "../log/read_part.ts";
import { countReads } from "../log/read_progress.ts";
import { LogScan } from "../log/scan_log.ts";
import { Tally } from "../log/tally.ts";
import { RequestAssembler } from "../request/assemble.ts";
import { disorderSeconds } from "../request/bounds.ts";
import { summaryCaptures } from "../request/capture_scheme.ts";
import { Collector } from "../request/collect.ts";
import { LatestRequests, markText, type RequestMark } from "../request/latest_requests.ts";
import { RequestTable } from "../request/request_table.ts";
import { type RequestTrace, traceEnd, traceStart } from "../request/request_trace.ts";
import type { ReaderOptions, Sought } from "./reading.ts";
import { lineNear, type SeekPlan } from "./seek_plan.ts";

/** More than that are a large part of any log, and are read with it. */
const mostWanted = 10_000;

/**
 * Answers `--tail` by scanning a part at the end of the file, which grows until it holds so many
 * requests and the idle window before the first of them; then reads those that started last. Hands them
 * to `take`; null, with nothing taken, if the whole file must be read.
 *
 * A request whose start the part shows, with nothing of its id for an idle window before, is whole; and
 * what is not in the part has started earlier. Exact if every event before the part is earlier than that
 * window: see `TimeSeek`. Memory: as a summary; events are kept only from shortly before the first
 * request that is shown.
 */
export async function tailByScan(
  plan: SeekPlan,
  wanted: number,
  take: (trace: RequestTrace) => void,
): Promise<Sought | null> {
  if (wanted > mostWanted) return null;
  const { file, time, options } = plan;
  const { idleSeconds } = options;
  let from = lineNear(plan, file.size - plan.leastUnread);
  while (true) {
    const part = await scanPart(file, options, from, wanted);
    if (part === null) return null;
    const { latest, log } = part;
    const [oldest] = latest.isFull ? latest.marks : [];
    const window = (oldest?.firstSeconds ?? Number.NaN) - idleSeconds - disorderSeconds;
    if (from === 0 || (oldest !== undefined && from <= time.before(window))) {
      const traces = readMarked(plan, from, latest.marks);
      for (const trace of traces ?? []) take(trace);
      return traces && { log, search: null };
    }
    // A little more than that: requests turn out to have begun earlier once more is seen of them.
    const covering = oldest === undefined ? from : time.before(window - idleSeconds / 8);
    const larger = lineNear(plan, file.size - 4 * (file.size - from));
    const next = covering < from ? covering : larger;
    // One line may be longer than all that was read.
    from = next < from && next >= plan.leastUnread ? next : 0;
  }
}

/** Which requests of a part started last; null if a bound was reached, which depends on the whole. */
async function scanPart(
  file: RandomAccess,
  options: ReaderOptions,
  from: number,
  wanted: number,
): Promise<{ readonly latest: LatestRequests; readonly log: Sought["log"] } | null> {
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
  const { requests } = latest;
  const read = from === 0 ? scan.report() : describePart(file, tally, scan);
  return { latest, log: { ...read, requests, closedEarly } };
}

/** Reads the requests that are marked; null if they are not found again. */
function readMarked(
  { file, time, options }: SeekPlan,
  from: number,
  marks: readonly RequestMark[],
): RequestTrace[] | null {
  const missing = new Map<string, number>();
  for (const mark of marks.map(markText)) missing.set(mark, (missing.get(mark) ?? 0) + 1);
  const found: RequestTrace[] = [];
  const assembler = new RequestAssembler(options.idleSeconds, (trace) => {
    const mark = markText(markOf(trace));
    const count = missing.get(mark) ?? 0;
    if (count === 0) return;
    missing.set(mark, count - 1);
    found.push(trace);
  });
  const start = marks[0]?.firstSeconds ?? Number.NEGATIVE_INFINITY;
  const near = Math.max(from, time.before(start - disorderSeconds));
  const reading = new PartReading(file, options, { from: near });
  for (let event = reading.next(); event !== null; event = reading.next()) assembler.add(event);
  assembler.end();
  return found.length < marks.length ? null : found;
}

function markOf(trace: RequestTrace): RequestMark {
  return {
    id: trace.id,
    firstSeconds: traceStart(trace),
    lastSeconds: traceEnd(trace),
    events: trace.events.length,
  };
}

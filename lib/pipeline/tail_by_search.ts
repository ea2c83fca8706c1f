import { isPlainText } from "../log/string_search.ts";
import { disorderSeconds } from "../request/bounds.ts";
import type { RequestMark } from "../request/latest_requests.ts";
import type { RequestTrace } from "../request/request_trace.ts";
import { begunBefore } from "./begun_before.ts";
import type { Sought } from "./reading.ts";
import { lineNear, type SeekPlan } from "./seek_plan.ts";
import { readTail, type TailPart } from "./tail_part.ts";

/** Each request costs a search of its own. */
const mostWanted = 32;
/** Bytes to be searched times ids: beyond, a scan is as fast. */
const mostSearched = 6e9;
/** Requests that are looked at beside those wanted, as some may have begun before. */
const reserve = 100;
/** The first look shows when the requests began, about. */
const leastFirstBytes = 1024;

/** The requests that were asked for, and how far back the file was searched for them. */
interface Chosen {
  readonly marks: readonly RequestMark[];
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
export async function tailBySearch(
  plan: SeekPlan,
  wanted: number,
  take: (trace: RequestTrace) => void,
): Promise<Sought | null> {
  if (wanted > mostWanted) return null;
  const { file, leastUnread } = plan;
  let from = lineNear(plan, file.size - Math.max(leastUnread / 32, leastFirstBytes));
  while (from > 0) {
    const part = await partFrom(plan, from, wanted + reserve);
    if (part === null) return null;
    let oldest = part.latest.marks.at(-wanted);
    if (oldest !== undefined && holds(plan, from, oldest)) {
      const chosen = choose(plan, from, part.latest.marks, wanted);
      if (chosen === "too much") return null;
      oldest = chosen?.marks[0];
      if (chosen !== null && oldest !== undefined && holds(plan, from, oldest)) {
        const traces = part.read(chosen.marks);
        for (const trace of traces ?? []) take(trace);
        return traces && { log: { ...part.log, bytesRead: file.size - chosen.from }, search: null };
      }
    }
    const larger = file.size - 4 * (file.size - from);
    // A little more than that: requests turn out to have begun earlier once more is seen of them.
    const next = lineNear(plan, oldest === undefined ? larger : neededFor(plan, oldest, 1 / 8));
    // One line may be longer than all that was read.
    from = next < from ? next : 0;
  }
  return null;
}

/** Reads the end of the file, a small one without what a scan has to prepare. */
async function partFrom(plan: SeekPlan, from: number, wanted: number): Promise<TailPart | null> {
  const { file, leastUnread, options } = plan;
  if (file.size - from <= leastUnread / 2) return readTail(plan, from, wanted);
  options.beforeLongWork?.();
  const { scanTail } = await import("./scan_tail.ts");
  return scanTail(plan, from, wanted);
}

/** Whether all events before a part are earlier than a request. */
function holds(plan: SeekPlan, from: number, mark: RequestMark): boolean {
  return from <= neededFor(plan, mark, 0);
}

/** Where a part has to begin for that; earlier by a share of the disorder that is allowed for. */
function neededFor({ time }: SeekPlan, { firstSeconds }: RequestMark, share: number): number {
  return time.before(firstSeconds - disorderSeconds * (1 + share));
}

/**
 * The last requests, oldest first, that have not begun before the part; null if there are not enough.
 */
function choose(
  plan: SeekPlan,
  from: number,
  marks: readonly RequestMark[],
  wanted: number,
): Chosen | "too much" | null {
  const { time, options } = plan;
  const chosen: RequestMark[] = [];
  let windowFrom = from;
  let windowSeconds = Number.POSITIVE_INFINITY;
  let searched = 0;
  for (let end = marks.length; chosen.length < wanted && end > 0; ) {
    const batch = marks.slice(Math.max(0, end - wanted + chosen.length), end);
    end -= batch.length;
    const neededSeconds = (batch[0]?.firstSeconds ?? 0) - options.idleSeconds - disorderSeconds;
    if (neededSeconds < windowSeconds) {
      // A little more than that, so that it need not be found anew for the next ones.
      windowSeconds = neededSeconds - options.idleSeconds / 8;
      windowFrom = Math.min(from, time.before(windowSeconds));
    }
    searched += (from - windowFrom) * batch.length;
    if (searched > mostSearched || !batch.every(({ id }) => isPlainText(id))) return "too much";
    const begun = begunBefore(plan, batch, windowFrom, from);
    chosen.unshift(...batch.filter((mark) => !begun.has(mark)));
  }
  return chosen.length < wanted ? null : { marks: chosen, from: windowFrom };
}

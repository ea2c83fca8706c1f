import { openSeekable } from "../log/seekable_log.ts";
import { TimeSeek } from "../log/time_seek.ts";
import type { RequestTrace } from "../request/request_trace.ts";
import type { Selection } from "../request/select.ts";
import { askedServer } from "./asked_server.ts";
import type { ReaderOptions, Sought } from "./reading.ts";
import type { SeekPlan } from "./seek_plan.ts";
import { seekRequest } from "./seek_request.ts";
import { seekTail } from "./seek_tail.ts";
import { seekTimes } from "./seek_times.ts";

/** Less than that is read rather than left unread: a small file is always read whole. */
const usualLeastUnread = 1024 * 1024;

/** Conditions that work on what a seek has found, in whatever number. */
const afterwards: readonly (keyof Selection)[] = ["tail", "slowest"];

/**
 * Answers a selection from a part of the log, if there is a seek for it and the log is one plain file,
 * or lies on a server. Hands requests to `take`, oldest first: all that the selection may choose, and
 * perhaps others. Null, with nothing taken, if the whole log must be read. `pause` is asked as by
 * `readRequests`, but not where only few requests can be found.
 *
 * @throws AccessError if the file cannot be opened or read.
 */
export async function seekRequests(
  options: ReaderOptions,
  take: (trace: RequestTrace) => void,
  pause: SeekPlan["pause"] = () => null,
): Promise<Sought | null> {
  const server = askedServer(options);
  if (server !== null) {
    const { askSelected } = await import("./ask_requests.ts");
    return askSelected(server, options, take, pause);
  }
  const isClosed = options.wholeOnly === true || options.from !== undefined;
  const seek = isClosed ? null : seekFor(options.selection);
  const file = seek === null ? null : openSeekable(options.names);
  if (seek === null || file === null) return null;
  try {
    const leastUnread = options.leastUnreadBytes ?? usualLeastUnread;
    if (file.size < 2 * leastUnread) return null;
    const closeBytes = leastUnread / 16;
    const time = new TimeSeek(file, { maxLineBytes: options.maxLineBytes, closeBytes });
    return await seek({ file, time, leastUnread, options, pause }, take);
  } finally {
    options.progress?.end();
    file.close();
  }
}

type Seek = (
  plan: SeekPlan,
  take: (trace: RequestTrace) => void,
) => Sought | null | Promise<Sought | null>;

/** Which way answers a selection; null for none but a reading of the whole. */
function seekFor(selection: Selection): Seek | null {
  const { sinceSeconds, untilSeconds, request, tail, all } = selection;
  if (sinceSeconds !== undefined || untilSeconds !== undefined) return seekTimes;
  const conditions = Object.keys(selection) as (keyof Selection)[];
  const isOnly = (...some: (keyof Selection)[]) =>
    conditions.every((one) => some.includes(one) || afterwards.includes(one));
  if (request !== undefined) {
    const isNewest = all !== true && isOnly("request", "all");
    return isNewest ? (plan, take) => seekRequest(plan, request, take) : null;
  }
  if (tail === undefined || !isOnly("all")) return null;
  return (plan, take) => seekTail(plan, tail, take);
}

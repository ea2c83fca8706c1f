import { readLog } from "../log/read_log.ts";
import type { TimeRange } from "../log/read_options.ts";
import type { LogReport } from "../report/log_report.ts";
import { RequestAssembler } from "../request/assemble.ts";
import type { RequestTrace } from "../request/request_trace.ts";
import { askedOf, askRequests } from "./ask_requests.ts";
import { askedServer } from "./asked_server.ts";
import { importLog } from "./import_log.ts";
import type { ReaderOptions } from "./reading.ts";

/** Events that are read before others of this process have their turn: some milliseconds. */
const eventsAtOnce = 5_000;

/** Whether an archive of that time must be read, given the requests that are open by then. */
export type Wants = (range: TimeRange, assembler: RequestAssembler) => boolean;

/**
 * Hands out every request of the files that are wanted, or of a server, oldest first; returns what was read. `pause` is
 * asked after each event for what must be waited for before there may be more.
 *
 * @throws AccessError if a file cannot be opened or read.
 */
export async function readRequests(
  options: ReaderOptions,
  wants: Wants,
  take: (trace: RequestTrace) => void,
  pause: () => Promise<void> | null = () => null,
): Promise<Omit<LogReport, "folded">> {
  const server = askedServer(options);
  if (server !== null) return askRequests(server, askedOf(options), take, pause);
  let requests = 0;
  const assembler = new RequestAssembler(options.idleSeconds, (trace) => {
    requests++;
    take(trace);
  });
  const reading =
    options.from === undefined
      ? await readLog(options.names, { ...options, wants: (range) => wants(range, assembler) })
      : await importLog(options.names, options.from, options);
  let events = 0;
  for (let event = await reading.next(); event !== null; ) {
    assembler.add(event);
    events++;
    if (options.isPolite && events % eventsAtOnce === 0) await letOthersWork();
    const wait = pause();
    if (wait !== null) await wait;
    const next = reading.next();
    event = next instanceof Promise ? await next : next;
  }
  options.progress?.end();
  assembler.end();
  return { ...reading.report(), requests, closedEarly: assembler.closedEarly };
}

/**
 * Whether an archive of that time can change the answer to `--since` and `--until`: by a request of
 * its own, or by going on with one that is open. (A request that begins before `since` must be seen to
 * do so, or its rest would pass for a whole one.)
 */
export function mayMatter(
  { firstSeconds, lastSeconds }: TimeRange,
  { idleSeconds, selection }: ReaderOptions,
  open: Pick<RequestAssembler, "mayContinue">,
): boolean {
  const { sinceSeconds = Number.NEGATIVE_INFINITY, untilSeconds = Number.POSITIVE_INFINITY } =
    selection;
  if (lastSeconds < sinceSeconds - idleSeconds) return false;
  return firstSeconds < untilSeconds || open.mayContinue(untilSeconds, firstSeconds);
}

function letOthersWork(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

import type { RequestReport } from "../report/request_report.ts";
import { analyzeRequest, describeRequest, type RequestAnalysis } from "../request/describe.ts";
import type { RequestTrace } from "../request/request_trace.ts";
import { Selector } from "../request/select.ts";
import { mayMatter, readRequests, type Wants } from "./read_requests.ts";
import { type ReaderOptions, type Reading, readingOf } from "./reading.ts";
import { seekRequests } from "./seek_requests.ts";

/** Takes a request; nothing more is read until it is done with it. */
export type TakeRequest = (request: RequestReport) => void | Promise<void>;

/** About a twentieth of a second. */
const eventsBetweenRests = 4096;

/**
 * Reads a log, as far as need be, and hands each selected request to `take`, oldest first, waiting for it. Unlike
 * `analyzeLog` it sums nothing up.
 *
 * Memory: the requests that are still open, and those that `tail` or `slowest` hold back.
 *
 * @throws AccessError if a file cannot be opened or read; whatever `take` throws.
 */
export async function streamRequests(options: ReaderOptions, take: TakeRequest): Promise<Reading> {
  let selected = 0;
  let events = 0;
  let ready: RequestAnalysis[] = [];
  const selector = new Selector(options.selection, (analysis) => {
    selected++;
    ready.push(analysis);
  });
  const handOut = async () => {
    const requests = ready;
    ready = [];
    for (const analysis of requests) await take(describeRequest(analysis));
  };
  const add = (trace: RequestTrace) => selector.add(analyzeRequest(trace));
  const pause = () => {
    if (++events % eventsBetweenRests === 0) return rest().then(handOut);
    return ready.length > 0 ? handOut() : null;
  };
  const wants: Wants = (range, assembler) => mayMatter(range, options, assembler);
  const sought = await seekRequests(options, add, pause);
  if (sought === null) options.beforeLongWork?.();
  const log = sought?.log ?? (await readRequests(options, wants, add, pause));
  selector.end();
  await handOut();
  return readingOf({ ...log, folded: 0 }, selector, selected, sought?.search);
}

/**
 * Lets streams and signals have their turn, which synchronous reading would keep from them, and collects
 * garbage: left to itself the collector lets as much of it stand as there is to keep. Without this
 * the export of 100 MB has a peak of 98 to 454 MiB by format, with it 84 to 95.
 */
async function rest(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  Bun.gc(true);
}

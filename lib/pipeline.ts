/**
 * THE MAP. Data walks one way:
 *
 *   bytes ──► lines ──► events ──► requests ──► statistics ──► report ──► renderer ──► stdout
 *   lib/log   lib/ndjson lib/event  lib/request  lib/stats      lib/report lib/render   cmd
 *
 * - `lib/log` opens files and merges them by time; `lib/ndjson` cuts their bytes into numbered line
 *   spans; `lib/event` makes events of them, or problems that are counted.
 * - `lib/request` gathers events into requests and finds their spans, gaps, ledger and figures.
 * - `lib/stats` holds numbers only; `lib/report` the plain types that come out at this end.
 * - `lib/render` turns reports into text; `cmd` is the only place that prints it.
 *
 * Everything streams: nothing here holds more than the requests that are still open.
 */
import { readLog } from "./log/read_log.ts";
import type { TimeRange } from "./log/read_options.ts";
import type { AnalysisSummary } from "./report/analysis_report.ts";
import type { LogReport } from "./report/log_report.ts";
import type { RequestReport } from "./report/request_report.ts";
import { RequestAssembler } from "./request/assemble.ts";
import { analyzeRequest, describeRequest } from "./request/describe.ts";
import { type Selection, Selector } from "./request/select.ts";
import { RequestSummary } from "./request/summarize.ts";

/** What to read, and which requests of it. */
export interface ReaderOptions {
  /** Files, or `-` for standard input. */
  readonly names: readonly string[];
  readonly idleSeconds: number;
  readonly maxLineBytes: number;
  /** Bytes per read; results do not depend on it. */
  readonly blockBytes?: number;
  readonly selection: Selection;
}

/** What `analyze` knows at the end. */
export interface Analysis {
  readonly summary: AnalysisSummary;
  readonly log: LogReport;
  /** Requests that were selected. */
  readonly selected: number;
  /** Requests that `--request` had to choose from, and the start of the oldest of them. */
  readonly searched: { readonly requests: number; readonly oldestSeconds: number | null };
  /** Ids that share the wanted prefix, beside the one shown. */
  readonly otherIds: readonly string[];
}

/**
 * Reads a log to its end and analyses it. Each selected request is handed to `show` as soon as it is
 * complete, oldest first; `show` may be null where only the summary is wanted.
 *
 * @throws AccessError if a file cannot be opened or read.
 */
export async function analyzeLog(
  options: ReaderOptions,
  show: ((request: RequestReport) => void) | null,
): Promise<Analysis> {
  const summary = new RequestSummary();
  const selector = new Selector(options.selection, (analysis) => {
    summary.add(analysis);
    show?.(describeRequest(analysis));
  });
  let requests = 0;
  const assembler = new RequestAssembler(options.idleSeconds, (trace) => {
    requests++;
    selector.add(analyzeRequest(trace));
  });
  const wants = (range: TimeRange) => mayMatter(range, options, assembler);
  const reading = await readLog(options.names, { ...options, wants });
  for (let event = await reading.next(); event !== null; ) {
    assembler.add(event);
    const next = reading.next();
    event = next instanceof Promise ? await next : next;
  }
  assembler.end();
  selector.end();
  return {
    summary: summary.read(),
    log: {
      ...reading.report(),
      requests,
      closedEarly: assembler.closedEarly,
      folded: summary.folded,
    },
    selected: summary.requests,
    searched: { requests: selector.considered, oldestSeconds: selector.oldestSeconds },
    otherIds: selector.otherIds,
  };
}

/**
 * Whether an archive of that time can change the answer to `--since` and `--until`: by a request of
 * its own, or by going on with one that is open. (A request that begins before `since` must be seen to
 * do so, or its rest would pass for a whole one.)
 */
function mayMatter(
  { firstSeconds, lastSeconds }: TimeRange,
  { idleSeconds, selection }: ReaderOptions,
  assembler: RequestAssembler,
): boolean {
  const { sinceSeconds = Number.NEGATIVE_INFINITY, untilSeconds = Number.POSITIVE_INFINITY } =
    selection;
  if (lastSeconds < sinceSeconds - idleSeconds) return false;
  return firstSeconds < untilSeconds || assembler.mayContinue(untilSeconds, firstSeconds);
}

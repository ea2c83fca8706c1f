/**
 * THE MAP. Data walks one way:
 *
 *   bytes ──► lines ──► events ──► requests ──► sessions, statistics ──► report ──► renderer ──► stdout
 *   lib/log   lib/ndjson lib/event  lib/request  lib/session lib/stats    lib/report lib/render   cmd
 *
 * - `lib/log` opens files and merges them by time; `lib/ndjson` cuts their bytes into numbered line
 *   spans; `lib/event` makes events of them, or problems that are counted.
 * - `lib/request` gathers events into requests and finds their spans, gaps, ledger and figures.
 * - `lib/session` sorts requests into conversations and judges the prompt cache of each turn.
 * - `lib/stats` holds numbers only; `lib/report` the plain types that come out at this end.
 * - `lib/render` turns reports into text; `cmd` is the only place that prints it.
 *
 * There are two ways along this path. The plain one makes an object of every event, and can answer
 * everything. The fast one (`scanSummary`) makes none: `lib/event/scanner` reads lines as numbers,
 * `RequestTable` gathers them and `CompactSummary` measures them by plans that the plain rules have made
 * once for each order of events. test/scan_conformance_test.ts holds the two to the same bytes.
 *
 * Everything streams: `analyze` holds no more than the requests that are still open. A conversation is
 * complete only at the log's end, so `sessions` keeps about 100 bytes of each turn until then.
 */
import { PairNames } from "./event/pair_names.ts";
import { readLog } from "./log/read_log.ts";
import type { TimeRange } from "./log/read_options.ts";
import { LogScan } from "./log/scan_log.ts";
import { openSingleLog } from "./log/single_log.ts";
import { Tally } from "./log/tally.ts";
import type { AnalysisSummary } from "./report/analysis_report.ts";
import type { EventHealthReport } from "./report/doctor_report.ts";
import type { LogReport } from "./report/log_report.ts";
import type { RequestReport } from "./report/request_report.ts";
import type { SessionsReport } from "./report/session_report.ts";
import { RequestAssembler } from "./request/assemble.ts";
import { Collector } from "./request/collect.ts";
import { CompactSummary, summaryCaptureWidth } from "./request/compact_summary.ts";
import { analyzeRequest, describeRequest } from "./request/describe.ts";
import { EventHealth } from "./request/event_health.ts";
import { RequestTable } from "./request/request_table.ts";
import type { RequestTrace } from "./request/request_trace.ts";
import { type Selection, Selector } from "./request/select.ts";
import { RequestSummary } from "./request/summarize.ts";
import { describeSession } from "./session/describe_session.ts";
import { type PlacedRequest, SessionGroups } from "./session/session_groups.ts";

/** What to read, and which requests of it. */
export interface ReaderOptions {
  /** Files, or `-` for standard input. */
  readonly names: readonly string[];
  readonly idleSeconds: number;
  readonly maxLineBytes: number;
  /** Bytes per read; results do not depend on it. */
  readonly blockBytes?: number;
  /** Leaves every line to the exact path; results do not depend on it, `fallbackLines` apart. */
  readonly exactOnly?: boolean;
  readonly selection: Selection;
}

/** What every answer says of the log it is drawn from. */
export interface Reading {
  readonly log: LogReport;
  /** Requests that were selected. */
  readonly selected: number;
  /** Requests that `--request` had to choose from, and the start of the oldest of them. */
  readonly searched: { readonly requests: number; readonly oldestSeconds: number | null };
  /** Ids that share the wanted prefix, beside the one shown. */
  readonly otherIds: readonly string[];
}

/** What `analyze` knows at the end. */
export interface Analysis extends Reading {
  readonly summary: AnalysisSummary;
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
  const scanned = show === null && isEmpty(options.selection) ? await scanSummary(options) : null;
  if (scanned !== null) return scanned;
  const summary = new RequestSummary();
  const selector = new Selector(options.selection, (analysis) => {
    summary.add(analysis);
    show?.(describeRequest(analysis));
  });
  const wants: Wants = (range, assembler) => mayMatter(range, options, assembler);
  const log = await readRequests(options, wants, (trace) => selector.add(analyzeRequest(trace)));
  selector.end();
  return {
    summary: summary.read(),
    ...readingOf({ ...log, folded: summary.folded }, selector, summary.requests),
  };
}

/** Longer lines than that are read without the scanner, which keeps room for a whole one. */
const maxScannedLineBytes = 16 * 1024 * 1024;

/**
 * The summary over all requests of one log by the fast way: bytes to numbers, without an object for a
 * line or an event. Null where that way is not open: for several logs, or lines of any length.
 */
async function scanSummary(options: ReaderOptions): Promise<Analysis | null> {
  const isTooLong = options.maxLineBytes > maxScannedLineBytes;
  const file = isTooLong ? null : await openSingleLog(options.names);
  if (file === null) return null;
  const names = new PairNames();
  const scan = new LogScan(file, new Tally(), names, options);
  const summary = new RequestSummary();
  const compact = new CompactSummary(summary, names);
  let oldestSeconds: number | null = null;
  const table = new RequestTable(options.idleSeconds, summaryCaptureWidth, (request) => {
    const start = request.events.timestamps[0] ?? Number.NaN;
    oldestSeconds = Math.min(oldestSeconds ?? start, start);
    compact.add(request);
  });
  const collector = new Collector(table, names, scan.scanner);
  await scan.run(() => collector.take(scan.cursor));
  table.end();
  const { requests } = summary;
  const folded = summary.folded + collector.folded;
  return {
    summary: summary.read(),
    log: { ...scan.report(), requests, closedEarly: table.closedEarly, folded },
    selected: requests,
    searched: { requests, oldestSeconds },
    otherIds: [],
  };
}

function isEmpty(selection: Selection): boolean {
  return Object.keys(selection).every((condition) => condition === "all");
}

/** How `sessions` groups requests, and what it measures prompts against. */
export interface SessionOptions {
  /** Silence that separates requests without a session; null takes them all as one. */
  readonly gapSeconds: number | null;
  /** Tokens that the model's context holds. */
  readonly contextTokens: number;
}

/** What `sessions` knows at the end. */
export interface SessionAnalysis extends Reading {
  readonly report: SessionsReport;
}

/**
 * Reads a log to its end and sorts its requests into conversations. A turn's number and its cache
 * verdict rest on the whole log; the figures are those of the selected requests.
 *
 * @throws AccessError if a file cannot be opened or read.
 */
export async function analyzeSessions(
  options: ReaderOptions,
  { gapSeconds, contextTokens }: SessionOptions,
): Promise<SessionAnalysis> {
  const groups = new SessionGroups(gapSeconds);
  let selected = 0;
  const selector = new Selector<PlacedRequest>(options.selection, (request) => {
    selected++;
    groups.keep(request);
  });
  const wantsAll: Wants = () => true;
  const log = await readRequests(options, wantsAll, (trace) =>
    selector.add(groups.place(analyzeRequest(trace))),
  );
  selector.end();
  const coldRate = groups.coldRate();
  const sessions = groups.sessions();
  const report = {
    count: sessions.length,
    coldRate,
    sessions: {
      *[Symbol.iterator]() {
        for (const session of sessions) {
          const turns = () => groups.turnsOf(session);
          yield describeSession(session, turns, { coldRate, contextTokens });
        }
      },
    },
  };
  return { report, ...readingOf({ ...log, folded: groups.folded }, selector, selected) };
}

/**
 * Reads a log to its end and tells who writes to it, and whose clocks cannot be right. `nowSeconds`
 * tells the time, Unix seconds.
 *
 * @throws AccessError if a file cannot be opened or read.
 */
export async function examineLog(
  options: ReaderOptions,
  nowSeconds: () => number,
): Promise<{ readonly health: EventHealthReport; readonly log: LogReport }> {
  const health = new EventHealth(nowSeconds);
  const log = await readRequests(
    options,
    () => true,
    (trace) => health.add(trace),
  );
  return { health: health.read(), log: { ...log, folded: 0 } };
}

/** Whether an archive of that time must be read, given the requests that are open by then. */
type Wants = (range: TimeRange, assembler: RequestAssembler) => boolean;

/** Hands out every request of the files that are wanted, oldest first; returns what was read. */
async function readRequests(
  options: ReaderOptions,
  wants: Wants,
  take: (trace: RequestTrace) => void,
): Promise<Omit<LogReport, "folded">> {
  let requests = 0;
  const assembler = new RequestAssembler(options.idleSeconds, (trace) => {
    requests++;
    take(trace);
  });
  const reading = await readLog(options.names, {
    ...options,
    wants: (range) => wants(range, assembler),
  });
  for (let event = await reading.next(); event !== null; ) {
    assembler.add(event);
    const next = reading.next();
    event = next instanceof Promise ? await next : next;
  }
  assembler.end();
  return { ...reading.report(), requests, closedEarly: assembler.closedEarly };
}

function readingOf(
  log: LogReport,
  selector: Pick<Selector, "considered" | "oldestSeconds" | "otherIds">,
  selected: number,
): Reading {
  return {
    log,
    selected,
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

/**
 * THE MAP. Data walks one way:
 *
 *   bytes ──► lines ──► events ──► requests ──► sessions, statistics ──► report ──► renderer ──► stdout
 *   lib/log   lib/ndjson lib/event  lib/request  lib/session lib/stats    lib/report lib/render   cmd
 *
 * - `lib/log` opens files and merges them by time; `lib/ndjson` cuts their bytes into numbered line
 *   spans; `lib/event` makes events of them, or problems that are counted.
 *   `lib/import` makes events of what other projects log, and from there on all is the same.
 * - `lib/request` gathers events into requests and finds their spans, gaps, ledger and figures.
 * - `lib/session` sorts requests into conversations and judges the prompt cache of each turn.
 * - `lib/hints` looks for what is worth a look: evidence in, sentences out.
 * - `check` measures a log for verdicts (`lib/pipeline/measure_log.ts`), `compare` keeps samples instead of
 *   summaries (`lib/pipeline/sample_log.ts`); `lib/judge` judges and compares them. `report` does it all
 *   in one pass, and reads a sample of requests again (`lib/pipeline/report_log.ts`).
 * - `lib/stats` holds numbers only; `lib/report` the plain types that come out at this end.
 * - `lib/render` turns reports into text; `cmd` is the only place that prints it.
 *
 * There are two ways along this path, in `lib/pipeline`. The plain one (`readRequests`) makes an object
 * of every event, and can answer everything. The fast one (`scanRequests`) makes none: in the compiled
 * engine `LineScanner` reads lines as numbers, `RequestTable` gathers them, and `Findings` has them
 * measured by plans that it makes once for each order of events; `ToldRequest` tells what was measured of
 * each, for verdicts and comparisons. Who asks for the fast way gets null where it is not open, and goes the
 * plain one. Conformance suites hold the two to the same bytes.
 *
 * One large plain file is read by several threads at the same time (`scanInParts`); the first of them
 * is right without the others, whose work counts only where it joins on exactly.
 * Logs in ClickHouse (`lib/clickhouse`) are joined there; `askSummary` has requests measured there, too.
 *
 * Not everything has to be read: `seekRequests` answers `--since`, `--until`, `--tail` and `--request`
 * from a part of a plain file where that is the same answer.
 *
 * What reads all of a log is imported where that is done: an answer from a part of it takes so few
 * milliseconds that the import would be a large share of them.
 *
 * Everything streams: `analyze` holds no more than open requests. A conversation is complete only at the
 * log's end: `sessions` keeps 100 bytes of each turn, which by the fast way the engine writes as JSON.
 */
import type { Wants } from "./pipeline/read_requests.ts";
import {
  type Analysis,
  concludeSummary,
  type ReaderOptions,
  type Reading,
  readingOf,
} from "./pipeline/reading.ts";
import { seekRequests } from "./pipeline/seek_requests.ts";
import type { EventHealthReport } from "./report/doctor_report.ts";
import type { HintReport } from "./report/hint_report.ts";
import type { LogReport } from "./report/log_report.ts";
import type { RequestReport } from "./report/request_report.ts";
import type { SessionsReport } from "./report/session_report.ts";
import { analyzeRequest, describeRequest } from "./request/describe.ts";
import { HintEvidenceBuilder } from "./request/hint_evidence.ts";
import { hintFactsOf } from "./request/hint_facts.ts";
import type { RequestTrace } from "./request/request_trace.ts";
import { Selector } from "./request/select.ts";
import { RequestSummary } from "./request/summarize.ts";

/**
 * Reads a log to its end and analyses it. Each selected request is handed to `show` as soon as it is
 * complete, oldest first; `show` may be null where only the summary is wanted.
 *
 * @throws UsageError if clocks shall be corrected in a log that cannot be read twice.
 * @throws AccessError if a file cannot be opened or read.
 */
export async function analyzeLog(
  options: ReaderOptions,
  show: ((request: RequestReport) => void) | null,
): Promise<Analysis> {
  const shifts = options.correctClocks ? await learnShifts(options) : null;
  const scanned = show === null ? await summarize(options) : null;
  if (scanned !== null) return scanned;
  const summary = new RequestSummary();
  const evidence = new HintEvidenceBuilder();
  const { slowest } = options.selection;
  const outliers = show === null || slowest === undefined ? null : await explainSlowest(slowest);
  const selector = new Selector(
    options.selection,
    (analysis) => {
      summary.add(analysis);
      evidence.keep(hintFactsOf(analysis.trace.events));
      const outlier = outliers === null ? {} : { outlier: outliers.explain(analysis) };
      show?.({ ...describeRequest(analysis), ...outlier });
    },
    (analysis) => outliers?.consider(analysis),
  );
  const take = (logged: RequestTrace) => {
    const trace = shifts?.correct(logged) ?? logged;
    outliers?.see(trace);
    selector.add(analyzeRequest(trace));
  };
  // What else was under way, and what is usual, takes the whole log to tell.
  const asked = { ...options, measuresOnly: show === null };
  const sought = outliers === null ? await seekRequests(asked, take) : null;
  const log = sought?.log ?? (await readAll(options, take));
  selector.end();
  const clocks = shifts?.pairs ?? summary.clocks.read();
  const read = { ...log, folded: summary.folded };
  return {
    ...concludeSummary(summary, evidence, { ...options, clocks }),
    ...readingOf(read, selector, summary.requests, sought?.search),
  };
}

async function learnShifts(options: ReaderOptions) {
  const { learnClockShifts } = await import("./pipeline/correct_clocks.ts");
  return learnClockShifts(options);
}

async function explainSlowest(slowest: number) {
  const { OutlierExplainer } = await import("./request/outliers.ts");
  return new OutlierExplainer(slowest);
}

/** The summary by ways that make no object of every event; null where these are not open. */
async function summarize(options: ReaderOptions): Promise<Analysis | null> {
  const { askSummary } = await import("./pipeline/ask_summary.ts");
  const { scanSummary } = await import("./pipeline/scan_summary.ts");
  return (await askSummary(options)) ?? (await scanSummary(options));
}

/** Hands out all requests that may be selected. */
async function readAll(options: ReaderOptions, take: (trace: RequestTrace) => void) {
  options.beforeLongWork?.();
  const { mayMatter, readRequests } = await import("./pipeline/read_requests.ts");
  const wants: Wants = (range, assembler) => mayMatter(range, options, assembler);
  return readRequests(options, wants, take);
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
  readonly hints: readonly HintReport[];
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
  const { readSessions } = await import("./pipeline/read_sessions.ts");
  const { scanSessions } = await import("./pipeline/scan_sessions.ts");
  const { describeSessions } = await import("./session/describe_sessions.ts");
  const { groups, ...reading } =
    (await scanSessions(options, gapSeconds)) ?? (await readSessions(options, gapSeconds));
  return { report: describeSessions(groups, contextTokens), ...reading };
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
  const { readRequests } = await import("./pipeline/read_requests.ts");
  const { EventHealth } = await import("./request/event_health.ts");
  const health = new EventHealth(nowSeconds);
  const log = await readRequests(
    options,
    () => true,
    (trace) => health.add(trace),
  );
  return { health: health.read(), log: { ...log, folded: 0 } };
}

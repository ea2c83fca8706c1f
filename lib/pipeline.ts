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
 * - `compare` keeps samples instead of summaries (`sampleLog`); `lib/judge` compares them. `report` does all
 *   of that in one pass, and reads a sample of requests again (`lib/pipeline/report_log.ts`).
 * - `lib/stats` holds numbers only; `lib/report` the plain types that come out at this end.
 * - `lib/render` turns reports into text; `cmd` is the only place that prints it.
 *
 * There are two ways along this path, in `lib/pipeline`. The plain one (`readRequests`) makes an object
 * of every event, and can answer everything. The fast one (`scanRequests`) makes none: in the compiled
 * engine `LineScanner` reads lines as numbers, `RequestTable` gathers them, and `Findings` has them
 * measured by plans that it makes once for each order of events. Who asks for the fast way
 * gets null where it is not open, and goes the plain one. Conformance suites hold the two to the same bytes.
 *
 * One large plain file is read by several threads at the same time (`scanInParts`); the first of them
 * is right without the others, whose work counts only where it joins on exactly.
 * Logs in ClickHouse (`lib/clickhouse`) are joined there; `askSummary` has requests measured there, too.
 *
 * Not everything has to be read: `seekRequests` answers `--since`, `--until`, `--tail` and `--request`
 * from a part of a plain file where that is the same answer.
 *
 * Everything streams: `analyze` holds no more than open requests. A conversation is complete only at the
 * log's end: `sessions` keeps 100 bytes of each turn, which by the fast way the engine writes as JSON.
 */
import { askSummary } from "./pipeline/ask_summary.ts";
import { learnClockShifts } from "./pipeline/correct_clocks.ts";
import { mayMatter, readRequests, type Wants } from "./pipeline/read_requests.ts";
import { readSessions } from "./pipeline/read_sessions.ts";
import {
  type Analysis,
  concludeSummary,
  type ReaderOptions,
  type Reading,
  readingOf,
} from "./pipeline/reading.ts";
import { scanSessions } from "./pipeline/scan_sessions.ts";
import { scanSummary } from "./pipeline/scan_summary.ts";
import { seekRequests } from "./pipeline/seek_requests.ts";
import type { EventHealthReport } from "./report/doctor_report.ts";
import type { HintReport } from "./report/hint_report.ts";
import type { LogReport } from "./report/log_report.ts";
import type { RequestReport } from "./report/request_report.ts";
import type { LogSamples } from "./report/sample_report.ts";
import type { SessionsReport } from "./report/session_report.ts";
import { analyzeRequest, describeRequest } from "./request/describe.ts";
import { EventHealth } from "./request/event_health.ts";
import { HintEvidenceBuilder } from "./request/hint_evidence.ts";
import { hintFactsOf } from "./request/hint_facts.ts";
import { OutlierExplainer } from "./request/outliers.ts";
import { RequestSamples } from "./request/request_samples.ts";
import type { RequestTrace } from "./request/request_trace.ts";
import { type Selection, Selector } from "./request/select.ts";
import { RequestSummary } from "./request/summarize.ts";
import { describeSessions } from "./session/describe_sessions.ts";

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
  const shifts = options.correctClocks ? await learnClockShifts(options) : null;
  const scanned =
    show === null ? ((await askSummary(options)) ?? (await scanSummary(options))) : null;
  if (scanned !== null) return scanned;
  const summary = new RequestSummary();
  const evidence = new HintEvidenceBuilder();
  const { slowest } = options.selection;
  const outliers = show === null || slowest === undefined ? null : new OutlierExplainer(slowest);
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
  const wants: Wants = (range, assembler) => mayMatter(range, options, assembler);
  const take = (logged: RequestTrace) => {
    const trace = shifts?.correct(logged) ?? logged;
    outliers?.see(trace);
    selector.add(analyzeRequest(trace));
  };
  // What else was under way, and what is usual, takes the whole log to tell.
  const asked = { ...options, measuresOnly: show === null };
  const sought = outliers === null ? await seekRequests(asked, take) : null;
  if (sought === null) options.beforeLongWork?.();
  const log = sought?.log ?? (await readRequests(options, wants, take));
  selector.end();
  const clocks = shifts?.pairs ?? summary.clocks.read();
  const read = { ...log, folded: summary.folded };
  return {
    ...concludeSummary(summary, evidence, { ...options, clocks }),
    ...readingOf(read, selector, summary.requests, sought?.search),
  };
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
  const health = new EventHealth(nowSeconds);
  const log = await readRequests(
    options,
    () => true,
    (trace) => health.add(trace),
  );
  return { health: health.read(), log: { ...log, folded: 0 } };
}

/** Samples of selected requests, for a comparison. */
export interface Sampling extends Reading {
  readonly samples: LogSamples;
}

/**
 * Reads a log once to its end and keeps the samples of the requests of each selection, and with
 * `withWorkload` what these were asked to do.
 *
 * @throws AccessError if a file cannot be opened or read.
 */
export async function sampleLog(
  options: ReaderOptions,
  selections: readonly Selection[],
  withWorkload: boolean,
): Promise<Sampling[]> {
  const parts = selections.map((selection) => {
    const samples = new RequestSamples(withWorkload);
    return { samples, selector: new Selector(selection, (analysis) => samples.add(analysis)) };
  });
  const wants: Wants = (range, assembler) =>
    selections.some((selection) => mayMatter(range, { ...options, selection }, assembler));
  const log = await readRequests(
    { ...options, measuresOnly: true, parts: selections },
    wants,
    (trace) => {
      const analysis = analyzeRequest(trace);
      for (const { selector } of parts) selector.add(analysis);
    },
  );
  return parts.map(({ samples, selector }) => {
    selector.end();
    const read = samples.read();
    return {
      samples: read,
      ...readingOf({ ...log, folded: read.folded }, selector, read.requests),
    };
  });
}

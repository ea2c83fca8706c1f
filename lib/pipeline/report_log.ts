import type { SessionOptions } from "../pipeline.ts";
import type { PageReport } from "../report/page_report.ts";
import { analyzeRequest, type RequestAnalysis } from "../request/describe.ts";
import { HintEvidenceBuilder } from "../request/hint_evidence.ts";
import { hintFactsOf } from "../request/hint_facts.ts";
import { LedgerSummary } from "../request/ledger_summary.ts";
import { RequestSampleBuilder } from "../request/request_sample.ts";
import { traceEnd, traceStart } from "../request/request_trace.ts";
import { Selector } from "../request/select.ts";
import { RequestSummary } from "../request/summarize.ts";
import { type PlacedRequest, SessionGroups } from "../session/session_groups.ts";
import { concludePage, type PageAnalysis } from "./conclude_page.ts";
import { readRequests, type Wants } from "./read_requests.ts";
import { type ReaderOptions, readingOf } from "./reading.ts";
import { scanReport } from "./scan_report.ts";

/**
 * Reads a log once, to its end, for a page about it: the summary and hints of `analyze` over all that
 * was selected, the conversations of `sessions`, and a sample of requests. As with `sessions`, archives
 * outside of `--since` and `--until` are read too: a turn's verdict rests on the whole log.
 *
 * Memory: as `analyze` and `sessions` together, and at most 500 requests; by the fast way a place of 24
 * bytes for each request, and at most 300 requests.
 *
 * @throws AccessError if a file cannot be opened or read.
 */
export async function reportLog(
  options: ReaderOptions,
  sessionOptions: SessionOptions,
): Promise<PageAnalysis> {
  const scanned = await scanReport(options, sessionOptions);
  return scanned ?? readReport(options, sessionOptions);
}

/** The same by the plain way: an object for every event, and a request as a whole for every id. */
export async function readReport(
  options: ReaderOptions,
  sessionOptions: SessionOptions,
): Promise<PageAnalysis> {
  const [summary, ledger] = [new RequestSummary(), new LedgerSummary()];
  const evidence = new HintEvidenceBuilder();
  const [groups, sample, period] = [
    new SessionGroups(sessionOptions.gapSeconds),
    new RequestSampleBuilder(),
    new Period(),
  ];
  const selector = new Selector<PlacedRequest>(options.selection, (request) => {
    summary.add(request);
    ledger.add(request);
    evidence.keep(hintFactsOf(request.trace.events));
    groups.keep(request);
    sample.add(request);
    period.add(request);
  });
  const wantsAll: Wants = () => true;
  const log = await readRequests(options, wantsAll, (trace) => {
    selector.add(groups.place(analyzeRequest(trace)));
  });
  selector.end();
  const folded = summary.folded + groups.folded;
  const reading = readingOf({ ...log, folded }, selector, summary.requests);
  const parts = { summary, evidence, ledger, groups, period: period.read(), sample: sample.read() };
  return concludePage(parts, reading, options, sessionOptions);
}

/** The time that requests lie in. */
class Period {
  #firstSeconds = Number.POSITIVE_INFINITY;
  #lastSeconds = Number.NEGATIVE_INFINITY;

  add({ trace }: RequestAnalysis): void {
    this.#firstSeconds = Math.min(this.#firstSeconds, traceStart(trace));
    this.#lastSeconds = Math.max(this.#lastSeconds, traceEnd(trace));
  }

  read(): PageReport["period"] {
    const [firstSeconds, lastSeconds] = [this.#firstSeconds, this.#lastSeconds];
    return firstSeconds <= lastSeconds ? { firstSeconds, lastSeconds } : null;
  }
}

import type { SessionOptions } from "../pipeline.ts";
import type { PageReport } from "../report/page_report.ts";
import { analyzeRequest, describeRequest, type RequestAnalysis } from "../request/describe.ts";
import { HintEvidenceBuilder } from "../request/hint_evidence.ts";
import { hintFactsOf } from "../request/hint_facts.ts";
import { LedgerSummary } from "../request/ledger_summary.ts";
import { RequestSampleBuilder, sampleRule } from "../request/request_sample.ts";
import { traceEnd, traceStart } from "../request/request_trace.ts";
import { Selector } from "../request/select.ts";
import { RequestSummary } from "../request/summarize.ts";
import { describeSession } from "../session/describe_session.ts";
import { type PlacedRequest, SessionGroups } from "../session/session_groups.ts";
import { readRequests, type Wants } from "./read_requests.ts";
import { concludeSummary, type ReaderOptions, type Reading, readingOf } from "./reading.ts";

/** The latest so many conversations are told of. */
const mostSessions = 50;

/** What a page about a log is made of. */
export interface PageAnalysis extends Reading {
  readonly page: PageReport;
}

/**
 * Reads a log once, to its end, for a page about it: the summary and hints of `analyze` over all that
 * was selected, the conversations of `sessions`, and a sample of requests. As with `sessions`, archives
 * outside of `--since` and `--until` are read too: a turn's verdict rests on the whole log.
 *
 * Memory: as `analyze` and `sessions` together, and at most 600 requests.
 *
 * @throws AccessError if a file cannot be opened or read.
 */
export async function reportLog(
  options: ReaderOptions,
  { gapSeconds, contextTokens }: SessionOptions,
): Promise<PageAnalysis> {
  const [summary, ledger] = [new RequestSummary(), new LedgerSummary()];
  const evidence = new HintEvidenceBuilder();
  const [groups, sample, period] = [
    new SessionGroups(gapSeconds),
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
  const { hints, summary: figures } = concludeSummary(summary, evidence, options);
  const context = { coldRate: groups.coldRate(), contextTokens };
  const sessions = groups.sessions();
  const folded = summary.folded + groups.folded;
  const reading = readingOf({ ...log, folded }, selector, summary.requests);
  return {
    ...reading,
    page: {
      summary: figures,
      ledger: ledger.read(),
      period: period.read(),
      requests: sample.read().map(describeRequest),
      sampled: { of: summary.requests, rule: sampleRule },
      sessions: sessions
        .slice(-mostSessions)
        .map((session) => describeSession(session, () => groups.turnsOf(session), context)),
      sessionCount: sessions.length,
      hints,
      log: reading.log,
    },
  };
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

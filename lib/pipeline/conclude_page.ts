import type { SessionOptions } from "../pipeline.ts";
import type { PageReport } from "../report/page_report.ts";
import { describeRequest, type RequestAnalysis } from "../request/describe.ts";
import type { HintEvidenceBuilder } from "../request/hint_evidence.ts";
import type { LedgerSummary } from "../request/ledger_summary.ts";
import { sampleRule } from "../request/request_sample.ts";
import type { RequestSummary } from "../request/summarize.ts";
import { describeSession } from "../session/describe_session.ts";
import type { SessionGroups } from "../session/session_groups.ts";
import { concludeSummary, type Reading } from "./reading.ts";

/** The latest so many conversations are told of. */
const mostSessions = 50;

/** What a page about a log is made of. */
export interface PageAnalysis extends Reading {
  readonly page: PageReport;
}

/** What has been gathered of a log for a page about it. */
export interface PageParts {
  readonly summary: RequestSummary;
  readonly evidence: HintEvidenceBuilder;
  readonly ledger: LedgerSummary;
  readonly groups: SessionGroups;
  readonly period: PageReport["period"];
  readonly sample: readonly RequestAnalysis[];
}

/** Makes the page of what was gathered. */
export function concludePage(
  { summary, evidence, ledger, groups, period, sample }: PageParts,
  reading: Reading,
  options: Parameters<typeof concludeSummary>[2],
  { contextTokens }: SessionOptions,
): PageAnalysis {
  const { hints, summary: figures } = concludeSummary(summary, evidence, options);
  const context = { coldRate: groups.coldRate(), contextTokens };
  const sessions = groups.sessions();
  return {
    ...reading,
    page: {
      summary: figures,
      ledger: ledger.read(),
      period,
      requests: sample.map(describeRequest),
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

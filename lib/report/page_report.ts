import type { Series } from "../stats/series.ts";
import type { AnalysisSummary } from "./analysis_report.ts";
import type { HintReport } from "./hint_report.ts";
import type { LogReport } from "./log_report.ts";
import type { RequestReport } from "./request_report.ts";
import type { SessionReport } from "./session_report.ts";

/** A row of all ledgers together: what it took in the requests that have it, milliseconds. */
export interface LedgerSummaryRow {
  readonly name: string;
  readonly kind: string;
  /** Its share is that of all waits for the first audio. */
  readonly series: Series;
}

/** All that a page about a log shows. */
export interface PageReport {
  readonly summary: AnalysisSummary;
  /** Where the time of all waits went, the largest share first; shares add up to 1. */
  readonly ledger: readonly LedgerSummaryRow[];
  /** From the first event of the requests chosen to their last, Unix seconds; null without any. */
  readonly period: { readonly firstSeconds: number; readonly lastSeconds: number } | null;
  /** The requests that can be looked at one by one, in the order of the log. */
  readonly requests: readonly RequestReport[];
  /** How many were chosen, and by which rule those were taken from them. */
  readonly sampled: { readonly of: number; readonly rule: string };
  /** The conversations shown, the latest last. */
  readonly sessions: readonly SessionReport[];
  readonly sessionCount: number;
  readonly hints: readonly HintReport[];
  readonly log: LogReport;
}

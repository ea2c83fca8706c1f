import type { AnalysisSummary } from "./analysis_report.ts";
import type { LogReport } from "./log_report.ts";
import type { RequestReport } from "./request_report.ts";
import type { SessionReport } from "./session_report.ts";

/** All that a page about a log shows. */
export interface PageReport {
  readonly summary: AnalysisSummary;
  /** The requests that can be looked at one by one, by their starts. */
  readonly requests: readonly RequestReport[];
  /** How many there are in the log, and by which rule those were chosen. */
  readonly sampled: { readonly of: number; readonly rule: string };
  /** The conversations shown, the latest last. */
  readonly sessions: readonly SessionReport[];
  readonly sessionCount: number;
  readonly log: LogReport;
}

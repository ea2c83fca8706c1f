import type { AnalysisSummary } from "../report/analysis_report.ts";
import type { ClockPairReport } from "../report/clock_report.ts";
import type { HintReport } from "../report/hint_report.ts";
import type { LogReport } from "../report/log_report.ts";
import type { Selection, Selector } from "../request/select.ts";

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
  /** Shifts services whose clocks disagree with others; the log is then read twice. */
  readonly correctClocks?: boolean;
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
  /** How far the clocks of services are apart, as logged. */
  readonly clocks: readonly ClockPairReport[];
  readonly hints: readonly HintReport[];
}

/** What an answer says of the log, once its requests have been through the selector. */
export function readingOf(
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

import type { AnalysisSummary } from "../report/analysis_report.ts";
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
  /** Reads all there is, also where a part would do. */
  readonly wholeOnly?: boolean;
  /** A seek reads a smaller rest of a file as well; other values are for tests. */
  readonly leastUnreadBytes?: number;
  readonly selection: Selection;
  /** Called before work that may take long; what needs only a part of a log mostly does without. */
  readonly beforeLongWork?: () => void;
}

/** What every answer says of the log it is drawn from. */
export interface Reading {
  readonly log: LogReport;
  /** Requests that were selected. */
  readonly selected: number;
  /**
   * Requests that `--request` had to choose from, and the start of the oldest of them; where the bytes
   * were searched without counting requests null, and the first time met.
   */
  readonly searched: { readonly requests: number | null; readonly oldestSeconds: number | null };
  /** Ids that share the wanted prefix, beside the one shown. */
  readonly otherIds: readonly string[];
}

/** What a part of a log has answered. */
export interface Sought {
  readonly log: Omit<LogReport, "folded">;
  /** What the search for an id has to say; null where requests went through the selector in full. */
  readonly search: Pick<Reading, "searched" | "otherIds"> | null;
}

/** What `analyze` knows at the end. */
export interface Analysis extends Reading {
  readonly summary: AnalysisSummary;
}

/**
 * What an answer says of the log, once its requests have been through the selector. A search that knows
 * more of what else there is has its say.
 */
export function readingOf(
  log: LogReport,
  selector: Pick<Selector, "considered" | "oldestSeconds" | "otherIds">,
  selected: number,
  search: Sought["search"] = null,
): Reading {
  return {
    log,
    selected,
    searched: { requests: selector.considered, oldestSeconds: selector.oldestSeconds },
    otherIds: selector.otherIds,
    ...search,
  };
}

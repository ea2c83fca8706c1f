import type { ClickHouse } from "../clickhouse/client.ts";
import { findHints } from "../hints/find_hints.ts";
import { type HintLimits, usualLimits } from "../hints/limits.ts";
import type { ReadProgress } from "../log/read_progress.ts";
import type { AnalysisSummary } from "../report/analysis_report.ts";
import type { ClockPairReport } from "../report/clock_report.ts";
import type { HintReport } from "../report/hint_report.ts";
import type { LogReport } from "../report/log_report.ts";
import type { HintEvidenceBuilder } from "../request/hint_evidence.ts";
import type { Selection, Selector } from "../request/select.ts";
import type { RequestSummary } from "../request/summarize.ts";

/** How many threads may read a log at the same time; results do not depend on it. */
export interface ThreadOptions {
  readonly most: number;
  /** The number is somebody's wish, and not only what there is: it holds for logs of any size. */
  readonly isWish: boolean;
  /** Otherwise smaller logs are read by one thread. */
  readonly fromBytes: number;
}

/** How many threads have read a log. */
export interface ThreadUse {
  readonly threads: number;
  /** Why the work of others did not count, all or some of it; else null. */
  readonly whyFewer: string | null;
}

/** What to read, and which requests of it. */
export interface ReaderOptions {
  /** Files, or `-` for standard input. */
  readonly names: readonly string[];
  /** Opens the server of an address that stands among the names. */
  readonly openServer?: (address: string) => ClickHouse;
  /** The project whose records the files hold; absent: they are logs of ours. */
  readonly from?: string;
  readonly idleSeconds: number;
  /** True where metadata is only measured, not shown: a server then need not send all of it. */
  readonly measuresOnly?: boolean;
  /** The only selections that requests are taken for: a server need not send others. */
  readonly parts?: readonly Selection[];
  readonly maxLineBytes: number;
  /** Bytes per read; results do not depend on it. */
  readonly blockBytes?: number;
  /**
   * Leaves every line, its metadata included, to the JSON parser; results do not depend on it,
   * `fallbackLines` apart.
   */
  readonly strictMetadata?: boolean;
  /** Reads all there is, also where a part would do. */
  readonly wholeOnly?: boolean;
  /** A seek reads a smaller rest of a file as well; other values are for tests. */
  readonly leastUnreadBytes?: number;
  /** Absent: one. */
  readonly threads?: ThreadOptions;
  readonly selection: Selection;
  /** Shifts services whose clocks disagree with others; the log is then read twice. */
  readonly correctClocks?: boolean;
  /** What hints measure stages against, instead of the usual limits; null for no hints at all. */
  readonly hintLimits?: HintLimits | null;
  /** Lets other work of this process go on in between; results do not depend on it. */
  readonly isPolite?: boolean;
  /** Called before work that may take long; what needs only a part of a log mostly does without. */
  readonly beforeLongWork?: () => void;
  /** Told of what is read; results do not depend on it. */
  readonly progress?: ReadProgress;
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
  /** Absent where only one can have read it. */
  readonly threads?: ThreadUse;
}

/** What a part of a log has answered. */
export interface Sought {
  readonly log: Omit<LogReport, "folded">;
  /** What the search for an id has to say; null where requests went through the selector in full. */
  readonly search: Partial<Pick<Reading, "searched" | "otherIds">> | null;
}

/** What `analyze` knows at the end. */
export interface Analysis extends Reading {
  readonly summary: AnalysisSummary;
  /** How far the clocks of services are apart, as logged. */
  readonly clocks: readonly ClockPairReport[];
  readonly hints: readonly HintReport[];
}

/** What is worth a look in the requests that were chosen, and the summary that it rests on. */
export function concludeSummary(
  summary: RequestSummary,
  evidence: HintEvidenceBuilder,
  {
    hintLimits = usualLimits,
    clocks = summary.clocks.read(),
  }: Pick<ReaderOptions, "hintLimits"> & Partial<Pick<Analysis, "clocks">>,
): Pick<Analysis, "summary" | "clocks" | "hints"> {
  const report = summary.read();
  if (hintLimits === null) return { summary: report, clocks, hints: [] };
  const hints = findHints(evidence.read(report, summary, clocks), hintLimits);
  return { summary: report, clocks, hints };
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

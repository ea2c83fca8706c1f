import type { PairNames } from "../event/pair_names.ts";
import { LogScan } from "../log/scan_log.ts";
import { openSingleLog } from "../log/single_log.ts";
import { Tally } from "../log/tally.ts";
import type { LogReport } from "../report/log_report.ts";
import type { CaptureScheme } from "../request/capture_scheme.ts";
import { Collector } from "../request/collect.ts";
import { type CompactRequest, RequestTable } from "../request/request_table.ts";
import type { ReaderOptions } from "./reading.ts";

/** Longer lines than that are read without the scanner, which keeps room for a whole one. */
const maxScannedLineBytes = 16 * 1024 * 1024;

/** How requests are to be handed out. */
export interface ScanWishes {
  /** What the numbers of service and event name stand for. */
  readonly names: PairNames;
  readonly captures: CaptureScheme;
  /** Whether the conversation of a request is asked for. */
  readonly withSessions: boolean;
}

/**
 * Hands out every request of one log, oldest first, by the fast way: bytes to numbers, without an
 * object for a line or an event. Returns what was read; null, and nothing is done, where that way is
 * not open: for several logs, or lines of any length.
 *
 * @throws AccessError if the file cannot be opened or read.
 */
export async function scanRequests(
  options: ReaderOptions,
  { names, captures, withSessions }: ScanWishes,
  take: (request: CompactRequest) => void,
): Promise<LogReport | null> {
  const isOpen = options.maxLineBytes <= maxScannedLineBytes;
  const file = isOpen ? await openSingleLog(options.names) : null;
  if (file === null) return null;
  let requests = 0;
  const table = new RequestTable(options.idleSeconds, captures.width, (request) => {
    requests++;
    take(request);
  });
  const scan = new LogScan(file, new Tally(), names, { ...options, withSessions });
  const collector = new Collector(table, names, scan.scanner, captures);
  await scan.run(() => collector.take(scan.cursor));
  table.end();
  const { closedEarly } = table;
  return { ...scan.report(), requests, closedEarly, folded: collector.folded };
}

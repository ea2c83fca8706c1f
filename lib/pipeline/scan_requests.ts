import type { PairNames } from "../event/pair_names.ts";
import type { TimeRange } from "../log/read_options.ts";
import { LogsScan } from "../log/scan_logs.ts";
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
  /** Whether an archive of that time must be read. */
  readonly wants: (range: TimeRange, table: RequestTable) => boolean;
}

/**
 * Hands out every request of the files that are wanted, oldest first, by the fast way: bytes to numbers,
 * without an object for a line or an event. Returns what was read. Null where that way is not open: for
 * lines of any length, and for logs that overlap. That may be found out late, so that what was handed out
 * by then counts for nothing.
 *
 * @throws AccessError if a file cannot be opened or read.
 */
export async function scanRequests(
  options: ReaderOptions,
  { names, captures, withSessions, wants }: ScanWishes,
  take: (request: CompactRequest) => void,
): Promise<LogReport | null> {
  if (options.maxLineBytes > maxScannedLineBytes) return null;
  const exactOnly = options.strictMetadata ?? false;
  const logs = await LogsScan.open(options.names, names, { ...options, exactOnly, withSessions });
  if (logs === null) return null;
  let requests = 0;
  const table = new RequestTable(options.idleSeconds, captures.width, (request) => {
    requests++;
    take(request);
  });
  const collector = new Collector(table, names, logs.scan.scanner, captures);
  const isDone = await logs.run({
    take: (cursor) => collector.take(cursor),
    wants: (range) => wants(range, table),
  });
  if (!isDone) return null;
  table.end();
  const { closedEarly } = table;
  return { ...logs.report(), requests, closedEarly, folded: collector.folded };
}

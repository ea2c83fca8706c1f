import { isClickHouseAddress } from "../clickhouse/address.ts";
import type { PairNames } from "../event/pair_names.ts";
import type { Engine } from "../event/scanner/engine.ts";
import { LogsScan } from "../log/scan_logs.ts";
import type { ScannedBytes } from "../log/scanned_bytes.ts";
import type { LogReport } from "../report/log_report.ts";
import type { CaptureScheme } from "../request/capture_scheme.ts";
import { Collector } from "../request/collect.ts";
import type { CompactRequest } from "../request/compact_request.ts";
import { RequestTable } from "../request/request_table.ts";
import type { Selection } from "../request/select.ts";
import type { ReaderOptions } from "./reading.ts";

/** Longer lines than that are read without the scanner, which keeps room for a whole one. */
const maxScannedLineBytes = 16 * 1024 * 1024;

/** How requests are to be handed out. */
export interface ScanWishes {
  /** What the numbers of service and event name stand for. */
  readonly names: PairNames;
  readonly captures: CaptureScheme;
  /** Whether the conversation of a request is asked for. */
  readonly sessions: boolean;
  /** Whether requests are handed out one by one: it costs a call for each. */
  readonly requests: boolean;
  /** Whether it is noted where the lines of a request stand. */
  readonly places?: boolean;
}

/** Gets every request, oldest first. */
export interface RequestTaker {
  /** Where it is missing the engine's own measures have to do. */
  readonly take?: (request: CompactRequest) => void;
  /** Called when the last request has been taken, unless the scan came to nothing. */
  end(): void;
  /** Reads parts of the log once more, while it is still open; false if the scan came to nothing so late. */
  readonly readAgain?: (bytes: ScannedBytes) => Promise<boolean>;
}

/** Begins to take the requests of an engine, whose table has just been opened. */
export type BeginTaking = (engine: Engine) => RequestTaker;

/**
 * Hands out every request of the files that are wanted, oldest first, by the fast way: bytes to numbers,
 * without an object for a line or an event. Returns what was read. Null where that way is not open: for
 * a selection, for lines of any length, for clocks to correct, for records of others, and for logs that
 * overlap. That may be found out late, so that what was handed out by then counts for nothing.
 *
 * @throws AccessError if a file cannot be opened or read.
 */
export async function scanRequests(
  options: ReaderOptions,
  wishes: ScanWishes,
  begin: BeginTaking,
): Promise<LogReport | null> {
  if (!isScannable(options)) return null;
  const exactOnly = options.strictMetadata ?? false;
  const logs = await LogsScan.open(options.names, { ...options, exactOnly });
  if (logs === null) return null;
  try {
    return await scanOpened(logs, options, wishes, begin);
  } finally {
    logs.close();
  }
}

async function scanOpened(
  logs: LogsScan,
  options: ReaderOptions,
  { names, captures, sessions, requests: areWanted, places = false }: ScanWishes,
  begin: BeginTaking,
): Promise<LogReport | null> {
  options.beforeLongWork?.();
  const { scanner } = logs.scan;
  let taker: RequestTaker | null = null;
  const table = new RequestTable(scanner, options.idleSeconds, {
    captureWidth: captures.width,
    kvCacheAt: captures.kvCacheAt,
    sessions,
    places,
    ...(areWanted ? { emit: (request) => taker?.take?.(request) } : {}),
  });
  taker = begin(scanner.engine);
  const collector = new Collector(table, names, scanner, captures);
  const isDone = await logs.run(collector);
  options.progress?.end();
  if (!isDone) return null;
  table.end();
  taker.end();
  if ((await taker.readAgain?.(logs.again())) === false) return null;
  const { requests, closedEarly } = table;
  return { ...logs.report(), requests, closedEarly, folded: collector.folded };
}

/** Whether the fast way is open for what is asked, as long as the files suit it. */
export function isScannable({
  selection,
  correctClocks,
  from,
  maxLineBytes,
  names,
}: ReaderOptions): boolean {
  const isPlain = isEmpty(selection) && correctClocks !== true && from === undefined;
  return isPlain && maxLineBytes <= maxScannedLineBytes && !names.some(isClickHouseAddress);
}

function isEmpty(selection: Selection): boolean {
  return Object.keys(selection).every((condition) => condition === "all");
}

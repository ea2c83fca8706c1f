import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { UsageError } from "../../error.ts";
import { listArchives } from "../archive_folder.ts";
import { parseArchiveName } from "../archive_name.ts";
import { rangeOf } from "../file_range.ts";
import type { LogFile, OpenLog } from "../file_source.ts";
import { findLogs } from "../find_logs.ts";
import { type LogSource, openLogs } from "../open_logs.ts";
import { countReads, type ReadProgress } from "../read_progress.ts";
import { detectPacking } from "../unpack.ts";

/** Enough to tell how a file is packed. */
const headBytes = 4;
const newline = 10;
const blockBytes = 64 * 1024;

/**
 * Gets hold of logs to be shipped, oldest first: those that are named, or else a log and the archives
 * beside it, so that no rotation hides one. `progress` is told how much there is.
 *
 * @throws UsageError for what cannot be read twice.
 * @throws AccessError if one cannot be opened.
 */
export async function openShippedLogs(
  names: readonly string[],
  logPath: string | null,
  progress?: ReadProgress,
): Promise<LogSource[]> {
  const sources =
    logPath === null
      ? await openLogs(names, findLogs, progress)
      : await openLogs([logPath], () => findLogs(namesBeside(logPath)), progress);
  const fleeting = sources.find((source) => !source.isLasting);
  if (fleeting === undefined) return sources;
  for (const source of sources) if (source.isHeld) source.open().close();
  throw new UsageError(`Cannot ship ${fleeting.name}: it can be read only once; name a file`);
}

/** A log and the archives beside it. Where there are archives the log itself may be absent. */
function namesBeside(logPath: string): string[] {
  const archives = listArchives(dirname(logPath), logPath).filter(
    ({ name, stat }) => stat.isFile() && (name.role === "archive" || name.role === "raw"),
  );
  const own = archives.length > 0 && !existsSync(logPath) ? [] : [logPath];
  return [...archives.map(({ path }) => path), ...own];
}

/** The log beside which the checkpoint of a file lies: its own, or that which it is an archive of. */
export function logOf(path: string): string {
  const name = parseArchiveName(path.slice(path.lastIndexOf("/") + 1));
  return name === null ? path : join(dirname(path), `${name.stem}${name.extension}`);
}

/** How far a file is read. */
export interface ShippedExtent {
  /** Its bytes, if they can be told without unpacking. */
  readonly size: number | null;
  /** It will not grow: it is a finished archive, or packed. */
  readonly isFinished: boolean;
  /** Reads it from an offset on, as far as it was when this was asked. */
  read(from: number): LogFile | Promise<LogFile>;
}

/**
 * Looks how far an open log goes; with `wholeLines` one that may grow ends behind its last newline.
 * `progress` is told of what is read of a plain one: of a packed one whoever opened it tells.
 */
export function extentOf(
  open: OpenLog,
  wholeLines: boolean,
  progress?: ReadProgress,
): ShippedExtent {
  const { access } = open;
  const head = new Uint8Array(headBytes);
  const count = access?.readAt(head, 0) ?? 0;
  const isPlain = access !== null && detectPacking(head.subarray(0, count), open.name) === null;
  const role = parseArchiveName(open.name.slice(open.name.lastIndexOf("/") + 1))?.role;
  const isFinished = !isPlain || role === "archive";
  if (!isPlain) return { size: null, isFinished, read: (from) => skipTo(open.read(), from) };
  const size = wholeLines && !isFinished ? endOfLines(access) : access.size;
  const read = (from: number) => countReads(rangeOf(access, from, size), progress);
  return { size, isFinished, read };
}

/** Behind the last newline of a file. */
function endOfLines(access: NonNullable<OpenLog["access"]>): number {
  const block = Buffer.alloc(blockBytes);
  for (let end = access.size; end > 0; ) {
    const start = Math.max(0, end - blockBytes);
    const count = access.readAt(block.subarray(0, end - start), start);
    const at = block.subarray(0, count).lastIndexOf(newline);
    if (at >= 0) return start + at + 1;
    end = start;
  }
  return 0;
}

/** Passes over the beginning of a file that can only be read from its start. */
async function skipTo(file: LogFile, from: number): Promise<LogFile> {
  const block = new Uint8Array(blockBytes);
  for (let left = from; left > 0; ) {
    const count = await file.read(block.subarray(0, Math.min(left, blockBytes)));
    if (count === 0) break;
    left -= count;
  }
  return { ...file, from };
}

import type { RandomAccess } from "../log/descriptor_source.ts";
import { rangeOf } from "../log/file_range.ts";
import { ScannedBytes } from "../log/scanned_bytes.ts";
import { openSeekable } from "../log/seekable_log.ts";
import type { Findings, FindingWishes } from "./findings.ts";
import type { Found } from "./found.ts";
import { PartThread } from "./part_thread.ts";
import { type LogPart, planParts } from "./plan_parts.ts";
import type { ReaderOptions } from "./reading.ts";
import { scanParts } from "./scan_parts.ts";
import { isScannable } from "./scan_requests.ts";

/** Bytes that the first thread reads until another has started (measured). */
const headStartBytes = 20e6;
/** Without a wish for more, a thread has at least so many bytes to read. */
const leastBytesOfThread = 128e6;

/**
 * Looks once more at what has just been read, while it is still open; false if all that was found counts
 * for nothing so late.
 */
export type LookAgain = (findings: Findings, bytes: ScannedBytes) => Promise<boolean>;

/**
 * Finds what is wished for in all requests of one plain file, read by several threads at the same time;
 * null where one thread is to read it in the usual way.
 *
 * @throws AccessError if the file cannot be read.
 */
export async function scanInParts(
  options: ReaderOptions,
  wishes: FindingWishes,
  lookAgain: LookAgain,
): Promise<Found | null> {
  const { names, threads, idleSeconds, maxLineBytes, blockBytes, strictMetadata } = options;
  if (threads === undefined || threads.most < 2 || !isScannable(options)) return null;
  const file = openSeekable(names);
  if (file === null) return null;
  try {
    const partOptions = {
      wishes,
      idleSeconds,
      maxLineBytes,
      exactOnly: strictMetadata ?? false,
      ...(blockBytes === undefined ? {} : { blockBytes }),
    };
    const wanted = { threads: threadsFor(file.size, threads), headStartBytes, ...partOptions };
    const parts = planParts(file, wanted);
    if (parts.length < 2) return null;
    options.beforeLongWork?.();
    options.progress?.begin(file.size);
    const help = (part: LogPart) => new PartThread(file, part, partOptions, options.progress);
    const found = await scanParts(file, parts, partOptions, help, options.progress);
    options.progress?.end();
    const bytes = bytesAgain(file, found.reading.log.bytesRead);
    return (await lookAgain(found.findings, bytes)) ? found : null;
  } finally {
    options.progress?.end();
    file.close();
  }
}

/** So many bytes of a file, to be read again. */
function bytesAgain(file: RandomAccess, bytes: number): ScannedBytes {
  const read = () => rangeOf(file, 0, bytes);
  const log = { name: file.name, access: file, read };
  return new ScannedBytes([{ from: 0, bytes, open: () => ({ log, close: () => {} }) }]);
}

function threadsFor(
  bytes: number,
  { most, isWish, fromBytes }: ReaderOptions["threads"] & {},
): number {
  if (isWish) return most;
  return bytes < fromBytes ? 1 : Math.min(most, Math.floor(bytes / leastBytesOfThread));
}

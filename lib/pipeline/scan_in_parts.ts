import { openSeekable } from "../log/seekable_log.ts";
import { PartThread } from "./part_thread.ts";
import { type LogPart, planParts } from "./plan_parts.ts";
import type { Analysis, ReaderOptions } from "./reading.ts";
import { scanParts } from "./scan_parts.ts";
import { isScannable } from "./scan_requests.ts";

/** Bytes that the first thread reads until another has started (measured). */
const headStartBytes = 20e6;
/** Without a wish for more, a thread has at least so many bytes to read. */
const leastBytesOfThread = 128e6;

/**
 * The summary over all requests of one plain file, read by several threads at the same time; null where
 * one thread is to read it in the usual way.
 *
 * @throws AccessError if the file cannot be read.
 */
export async function scanInParts(options: ReaderOptions): Promise<Analysis | null> {
  const { names, threads, idleSeconds, maxLineBytes, blockBytes, strictMetadata } = options;
  if (threads === undefined || threads.most < 2 || !isScannable(options)) return null;
  const file = openSeekable(names);
  if (file === null) return null;
  try {
    const partOptions = {
      idleSeconds,
      maxLineBytes,
      exactOnly: strictMetadata ?? false,
      ...(blockBytes === undefined ? {} : { blockBytes }),
    };
    const wishes = { threads: threadsFor(file.size, threads), headStartBytes, ...partOptions };
    const parts = planParts(file, wishes);
    if (parts.length < 2) return null;
    options.beforeLongWork?.();
    options.progress?.begin(file.size);
    const help = (part: LogPart) => new PartThread(file, part, partOptions, options.progress);
    return await scanParts(file, parts, partOptions, options, help);
  } finally {
    options.progress?.end();
    file.close();
  }
}

function threadsFor(
  bytes: number,
  { most, isWish, fromBytes }: ReaderOptions["threads"] & {},
): number {
  if (isWish) return most;
  return bytes < fromBytes ? 1 : Math.min(most, Math.floor(bytes / leastBytesOfThread));
}

import { closeSync, linkSync, lstatSync, renameSync, type Stats } from "node:fs";
import { dirname, join } from "node:path";
import { AccessError, describeSystemError, errorCode, systemError } from "../error.ts";
import { freshSuffix, rawSuffix } from "./archive_name.ts";
import { createLike, isUnsupported, removeIfThere } from "./durable.ts";
import type { SystemCalls } from "./system_calls.ts";

/**
 * Swaps the log for an empty one of the same owner and mode; what was the log is then the raw archive
 * `BASE.raw` in `folder`. The log's path is never absent and nothing is ever overwritten. Writers
 * that have opened the old file, but not written yet, write to the raw archive. Returns its path.
 *
 * @throws AccessError if it cannot be done; then everything is as it was.
 */
export function swapOut(
  system: SystemCalls,
  logPath: string,
  log: Stats,
  folder: string,
  base: string,
): string {
  const rawPath = join(folder, `${base}${rawSuffix}`);
  try {
    // Making the empty file claims the name.
    closeSync(createLike(rawPath, log));
    const refusal = system.exchange(logPath, rawPath);
    if (refusal === null) {
      if (isSameFile(rawPath, log)) return rawPath;
      system.exchange(logPath, rawPath);
    }
    removeIfThere(rawPath);
    if (refusal === null) throw new AccessError("another file has taken its place meanwhile");
    if (!isUnsupported(refusal)) throw systemError(refusal);
    swapByLink(logPath, log, rawPath, join(dirname(logPath), `${base}${freshSuffix}`));
    return rawPath;
  } catch (error) {
    const reason =
      errorCode(error) === "EXDEV"
        ? `the archive folder ${folder} is on another file system; choose one on the same`
        : describeSystemError(error);
    throw new AccessError(`Cannot rotate the log ${logPath}: ${reason}`, errorCode(error));
  }
}

/** Where names cannot be exchanged: a second name for the log, then an empty file over the first. */
function swapByLink(logPath: string, log: Stats, rawPath: string, freshPath: string): void {
  closeSync(createLike(freshPath, log));
  try {
    linkSync(logPath, rawPath);
    if (!isSameFile(rawPath, log)) {
      removeIfThere(rawPath);
      throw new AccessError("another file has taken its place meanwhile");
    }
    renameSync(freshPath, logPath);
  } catch (error) {
    removeIfThere(freshPath);
    throw error;
  }
}

function isSameFile(path: string, stat: Stats): boolean {
  const found = lstatSync(path);
  return found.isFile() && found.ino === stat.ino && found.dev === stat.dev;
}

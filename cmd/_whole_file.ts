import {
  closeSync,
  fchmodSync,
  fsyncSync,
  openSync,
  readSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { errorCode } from "../lib/error.ts";
import { syncFolder, writeWhole } from "../lib/log/rotation/durable.ts";

/**
 * Writes a file, whole or not at all: readers see the old one or the new one. A new file gets `mode`,
 * less what the umask takes; an old one's mode stays. Throws the system's errors.
 */
export function writeWholeFile(path: string, content: string, mode: number): void {
  let temporary: string | null = null;
  try {
    const target = targetOf(path);
    const before = statSync(target, { throwIfNoEntry: false });
    temporary = join(dirname(target), `.${basename(target)}.${process.pid}.tmp`);
    const descriptor = openSync(temporary, "wx", mode);
    try {
      if (before !== undefined) fchmodSync(descriptor, before.mode & 0o777);
      writeWhole(descriptor, Buffer.from(content));
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(temporary, target);
    temporary = null;
    syncFolder(dirname(target));
  } catch (error) {
    if (temporary !== null && errorCode(error) !== "EEXIST") rmSync(temporary, { force: true });
    throw error;
  }
}

/** The file that a path leads to: a link to a file stays a link. Throws the system's errors. */
export function targetOf(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    if (errorCode(error) !== "ENOENT") throw error;
    return join(realpathSync(dirname(path)), basename(path));
  }
}

const openingBytes = 64;

/** The beginning of a regular file; null for what is none, or cannot be read. */
export function openingOf(path: string): string | null {
  try {
    if (!statSync(path).isFile()) return null;
    const descriptor = openSync(path, "r");
    try {
      const bytes = Buffer.alloc(openingBytes);
      return bytes.toString("latin1", 0, readSync(descriptor, bytes));
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return null;
  }
}

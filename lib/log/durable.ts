import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fsyncSync,
  linkSync,
  openSync,
  rmSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { errorCode, systemError } from "../error.ts";
import type { SystemCalls } from "./system_calls.ts";

/** Owner, group and mode that a new file takes over from another. */
export interface Likeness {
  readonly uid: number;
  readonly gid: number;
  readonly mode: number;
}

/**
 * Makes a file that must not exist yet, with the owner and mode of another, and returns it open for
 * writing. Until they are set nobody else may open it.
 */
export function createLike(path: string, like: Likeness): number {
  const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
  const descriptor = openSync(path, O_WRONLY | O_CREAT | O_EXCL | (O_NOFOLLOW ?? 0), 0o600);
  try {
    fchownSync(descriptor, like.uid, like.gid);
    fchmodSync(descriptor, like.mode & 0o777);
    return descriptor;
  } catch (error) {
    closeSync(descriptor);
    rmSync(path, { force: true });
    throw error;
  }
}

/** Writes all of `bytes`, or throws: a nearly full disk takes a part without an error. */
export function writeWhole(descriptor: number, bytes: Uint8Array): void {
  for (let written = 0; written < bytes.length; ) {
    written += writeSync(descriptor, bytes, written);
  }
}

/** Makes renames and removals in a folder survive a power cut. */
export function syncFolder(path: string): void {
  const descriptor = openSync(path, constants.O_RDONLY);
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Renames, and throws `EEXIST` if the new name is taken. Where the system cannot do that in one step
 * the file has both names for a moment.
 */
export function moveWithoutReplacing(system: SystemCalls, from: string, to: string): void {
  const refusal = system.moveWithoutReplacing(from, to);
  if (refusal === null) return;
  if (!isUnsupported(refusal)) throw systemError(refusal);
  linkSync(from, to);
  unlinkSync(from);
}

/** Whether the answer means that this system or file system does not know the call. */
export function isUnsupported(refusal: string): boolean {
  return ["ENOSYS", "EINVAL", "ENOTSUP", "EOPNOTSUPP"].includes(refusal);
}

/** Removes a file if it is there. */
export function removeIfThere(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (errorCode(error) !== "ENOENT") throw error;
  }
}

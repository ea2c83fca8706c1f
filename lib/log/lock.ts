import { closeSync, constants, openSync } from "node:fs";
import {
  AccessError,
  describeSystemError,
  errorCode,
  LockBusyError,
  systemError,
} from "../error.ts";
import { loadSystemCalls } from "./system_calls.ts";

const lockMode = 0o600;

/** What the lock of a log is called: readers of a folder pass over it. */
export const lockSuffix = ".lock";

/**
 * Runs `work` while holding the log's lock, which keeps `rotate` and `clear` from getting into each
 * other's way. Writers take no lock. The lock is `flock(2)` on the file `LOG.lock`, which stays; a
 * process that is killed frees it.
 *
 * @throws LockBusyError if another process holds it.
 * @throws AccessError if the lock file cannot be made, or the file system knows no locks.
 */
export async function withLock<Result>(
  logPath: string,
  work: () => Result | Promise<Result>,
): Promise<Result> {
  const path = `${logPath}${lockSuffix}`;
  const system = await loadSystemCalls();
  const descriptor = openLock(path);
  try {
    const refusal = system.lock(descriptor);
    if (refusal === "EAGAIN") {
      throw new LockBusyError(`Another run holds the lock ${path}; try again when it has ended`);
    }
    if (refusal !== null) throw lockError("take", path, systemError(refusal));
    return await work();
  } finally {
    closeSync(descriptor);
  }
}

function openLock(path: string): number {
  try {
    const { O_RDWR, O_CREAT, O_NOFOLLOW, O_NONBLOCK } = constants;
    const flags = O_RDWR | O_CREAT | (O_NOFOLLOW ?? 0) | (O_NONBLOCK ?? 0);
    return openSync(path, flags, lockMode);
  } catch (error) {
    throw lockError("open", path, error);
  }
}

function lockError(action: string, path: string, error: unknown): AccessError {
  const reason = describeSystemError(error);
  return new AccessError(`Cannot ${action} the lock ${path}: ${reason}`, errorCode(error));
}

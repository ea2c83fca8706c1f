import { closeSync, constants, openSync } from "node:fs";
import { AccessError, describeSystemError, errorCode, LockBusyError } from "../error.ts";

const lockMode = 0o600;
const lockExclusive = 2;
const lockNonBlocking = 4;

/**
 * Runs `work` while holding the log's lock, which keeps `rotate` and `clear` from getting into each
 * other's way. Writers take no lock. The lock is `flock(2)` on the file `LOG.lock`, which stays; a
 * process that is killed frees it.
 *
 * @throws LockBusyError if another process holds it.
 * @throws AccessError if the lock file cannot be made.
 */
export async function withLock<Result>(
  logPath: string,
  work: () => Result | Promise<Result>,
): Promise<Result> {
  const path = `${logPath}.lock`;
  let descriptor: number;
  try {
    const { O_RDWR, O_CREAT, O_NOFOLLOW } = constants;
    descriptor = openSync(path, O_RDWR | O_CREAT | (O_NOFOLLOW ?? 0), lockMode);
  } catch (error) {
    throw new AccessError(
      `Cannot open the lock ${path}: ${describeSystemError(error)}`,
      errorCode(error),
    );
  }
  try {
    if (!(await tryLock(descriptor))) {
      throw new LockBusyError(`Another run holds the lock ${path}; try again when it has ended`);
    }
    return await work();
  } finally {
    closeSync(descriptor);
  }
}

/** Takes an exclusive lock on an open file without waiting. */
async function tryLock(descriptor: number): Promise<boolean> {
  const { dlopen } = await import("bun:ffi");
  const library = dlopen(systemLibrary(), {
    flock: { args: ["int", "int"], returns: "int" },
  });
  return library.symbols.flock(descriptor, lockExclusive | lockNonBlocking) === 0;
}

/**
 * The C library that is in use. One name is chosen, never a list tried: a name that the loader does
 * not know would be looked up in the current folder, and what lies there would run.
 */
function systemLibrary(): string {
  if (process.platform === "darwin") return "/usr/lib/libSystem.B.dylib";
  return "libc.so.6";
}

/**
 * The failures that end a command. Everything else that can go wrong with a log (a torn line, a
 * late event, a missing end) is a value in the report, never an exception.
 */

/** The caller asked for something impossible or misspelt; nothing was done. Exit code 2. */
export class UsageError extends Error {
  override name = "UsageError";
}

/** A file or stream could not be opened, read or written. Exit code 5. */
export class AccessError extends Error {
  override name = "AccessError";
  /** The system's word for it (`ENOENT`, `ENOSPC`), or null if the refusal is our own. */
  readonly code: string | null;

  constructor(message: string, code: string | null = null) {
    super(message);
    this.code = code;
  }
}

/** Another process holds the log's lock. Exit code 3. */
export class LockBusyError extends Error {
  override name = "LockBusyError";
}

const systemReasons: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EAGAIN: "it is busy and takes nothing just now",
  EBADF: "it is closed",
  EDQUOT: "the disk quota is used up",
  EEXIST: "a file of that name is there already",
  EFBIG: "the file may not grow further",
  EIO: "the device reports an input/output error",
  EISDIR: "it is a directory",
  ELOOP: "it is a symbolic link, or leads in a circle of them",
  EMFILE: "this process has too many open files",
  ENAMETOOLONG: "the name is too long",
  ENFILE: "the system has too many open files",
  ENOENT: "no such file or directory",
  ENOSPC: "no space left on the device",
  ENOTDIR: "a part of the path is not a directory",
  ENXIO: "it is a pipe that nobody reads",
  EPERM: "operation not permitted",
  EROFS: "the file system is read-only",
};

/** Makes an error of the system's word for a refusal, as Bun's file functions throw it. */
export function systemError(code: string): Error {
  return Object.assign(new Error(code), { code });
}

/** Returns the system's error code (`ENOENT`) of a thrown value, or null. */
export function errorCode(error: unknown): string | null {
  if (typeof error !== "object" || error === null || !("code" in error)) return null;
  return typeof error.code === "string" ? error.code : null;
}

/** Says in plain words why a system call failed; an unknown reason keeps its own words. */
export function describeSystemError(error: unknown): string {
  const code = errorCode(error);
  if (code !== null && Object.hasOwn(systemReasons, code)) return systemReasons[code] ?? code;
  return error instanceof Error ? error.message : (code ?? String(error));
}

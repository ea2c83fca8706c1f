import { constants as systemConstants } from "node:os";
import { describeSystemError, errorCode, UsageError } from "../error.ts";

const lockExclusive = 2;
const lockNonBlocking = 4;
/** `AT_FDCWD`: paths are relative to the current folder, as everywhere. */
const currentFolder = -100;
/** `AT_SYMLINK_FOLLOW`: /proc's links to open files lead to the files. */
const followLinks = 0x400;
const renameNoReplace = 1;
const renameExchange = 2;
const setSignal = 10;
const setLease = 1024;
const getLease = 1025;
const readLease = 0;
const noLease = 2;
/** SIGURG is ignored unless handled; the default, SIGIO, would end this process (measured). */
const harmlessSignal = 23;

/** What the system answered: null for done, else its word for the refusal (`EAGAIN`). */
type Answer = string | null;

/**
 * The few system calls that rotation needs and Bun's file functions do not offer. Tests pass others
 * to see what happens where a system lacks one.
 */
export interface SystemCalls {
  /** Takes an exclusive `flock(2)` without waiting. */
  lock(descriptor: number): Answer;
  /** Swaps two names in one step, so that neither is ever absent (`RENAME_EXCHANGE`). */
  exchange(path: string, otherPath: string): Answer;
  /** Renames, and refuses with `EEXIST` if the new name is taken (`RENAME_NOREPLACE`). */
  moveWithoutReplacing(from: string, to: string): Answer;
  /** Whether there are files without a name (`O_TMPFILE`), as some file systems have. */
  readonly knowsNamelessFiles: boolean;
  /** Gives a name to an open file that has none; refuses with `EEXIST` if it is taken. */
  giveName(descriptor: number, path: string): Answer;
  /**
   * Asks for a read lease on a file that is open for reading. The kernel grants it only while nobody
   * has the file open for writing, else `EAGAIN`; whoever opens it for writing afterwards waits.
   */
  takeLease(descriptor: number): Answer;
  /** Whether a lease that was taken still stands and nobody waits for its end. */
  holdsLease(descriptor: number): boolean;
  releaseLease(descriptor: number): void;
}

let loaded: Promise<SystemCalls> | null = null;

/**
 * Loads the C library on first use. Costs a millisecond, so only words that need it call this.
 *
 * @throws UsageError where the system, or Node instead of Bun, offers no such calls.
 */
export function loadSystemCalls(): Promise<SystemCalls> {
  loaded ??= load().catch((error) => {
    const isNode = errorCode(error) === "ERR_UNSUPPORTED_ESM_URL_SCHEME";
    const reason = isNode ? "Node has no access to them" : describeSystemError(error);
    throw new UsageError(
      `Cannot use the system's locks: ${reason}; use bun or the executable, on Linux or macOS`,
    );
  });
  return loaded;
}

async function load(): Promise<SystemCalls> {
  // Windows would look for the library in the folder where the user stands.
  if (process.platform === "win32") throw new Error("Windows has no flock(2)");
  return process.platform === "linux" ? loadLinux() : loadOther();
}

/**
 * One library name is chosen, never a list tried: a name that the loader does not know would be looked
 * up in the current folder, and what lies there would run. glibc has this one mapped already, and musl
 * takes every `libc.*` to mean itself.
 */
async function loadLinux(): Promise<SystemCalls> {
  const { dlopen, read } = await import("bun:ffi");
  const { symbols } = dlopen("libc.so.6", {
    flock: { args: ["int", "int"], returns: "int" },
    fcntl: { args: ["int", "int", "int"], returns: "int" },
    renameat2: { args: ["int", "cstring", "int", "cstring", "u32"], returns: "int" },
    linkat: { args: ["int", "cstring", "int", "cstring", "int"], returns: "int" },
    __errno_location: { args: [], returns: "ptr" },
  });
  // The address is this thread's for good: reading it makes no call that could change what it says.
  const errorNumber = symbols.__errno_location();
  const answer = (result: number): Answer =>
    result >= 0 ? null : nameOf(errorNumber === null ? 0 : read.i32(errorNumber, 0));
  const rename = (from: string, to: string, flag: number) =>
    answer(symbols.renameat2(currentFolder, zeroEnded(from), currentFolder, zeroEnded(to), flag));
  return {
    lock: (descriptor) => answer(symbols.flock(descriptor, lockExclusive | lockNonBlocking)),
    exchange: (path, otherPath) => rename(path, otherPath, renameExchange),
    moveWithoutReplacing: (from, to) => rename(from, to, renameNoReplace),
    knowsNamelessFiles: true,
    giveName: (descriptor, path) => {
      const file = zeroEnded(`/proc/self/fd/${descriptor}`);
      return answer(
        symbols.linkat(currentFolder, file, currentFolder, zeroEnded(path), followLinks),
      );
    },
    takeLease: (descriptor) =>
      answer(symbols.fcntl(descriptor, setSignal, harmlessSignal)) ??
      answer(symbols.fcntl(descriptor, setLease, readLease)),
    holdsLease: (descriptor) => symbols.fcntl(descriptor, getLease, 0) === readLease,
    releaseLease: (descriptor) => {
      symbols.fcntl(descriptor, setLease, noLease);
    },
  };
}

/** macOS has the lock; `fcntl` and `renameat2` are not to be had, so rotation takes the longer ways. */
async function loadOther(): Promise<SystemCalls> {
  const { dlopen, read } = await import("bun:ffi");
  const { symbols } = dlopen("/usr/lib/libSystem.B.dylib", {
    flock: { args: ["int", "int"], returns: "int" },
    __error: { args: [], returns: "ptr" },
  });
  return {
    lock: (descriptor) => {
      const errorNumber = symbols.__error();
      const result = symbols.flock(descriptor, lockExclusive | lockNonBlocking);
      return result >= 0 ? null : nameOf(errorNumber === null ? 0 : read.i32(errorNumber, 0));
    },
    exchange: () => "ENOSYS",
    moveWithoutReplacing: () => "ENOSYS",
    knowsNamelessFiles: false,
    giveName: () => "ENOSYS",
    takeLease: () => "ENOSYS",
    holdsLease: () => false,
    releaseLease: () => {},
  };
}

function zeroEnded(text: string): Buffer {
  return Buffer.from(`${text}\0`);
}

/** `EAGAIN` for 11; `EWOULDBLOCK` is the same number under another name. */
function nameOf(errorNumber: number): string {
  const known = Object.entries(systemConstants.errno).find(
    ([name, number]) => number === errorNumber && name !== "EWOULDBLOCK",
  );
  return known?.[0] ?? `error ${errorNumber}`;
}

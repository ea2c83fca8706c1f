import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  openSync,
  readFileSync,
  statSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { describeSystemError, errorCode } from "../error.ts";
import type { LeaseState, PlaceReport } from "../report/doctor_report.ts";
import { leasesAreComplete, takeLease } from "./lease.ts";
import { lockSuffix } from "./lock.ts";
import { removeIfThere } from "./rotation/durable.ts";
import type { SystemCalls } from "./system_calls.ts";

/**
 * Opens the log as a writer does, but never makes it, and closes it again. Returns why that fails, or
 * null. Where there is no log yet, asks whether the nearest folder above would take one.
 */
export function probeAppend(path: string): string | null {
  const { O_WRONLY, O_APPEND, O_NONBLOCK } = constants;
  try {
    closeSync(openSync(path, O_WRONLY | O_APPEND | (O_NONBLOCK ?? 0)));
    return null;
  } catch (error) {
    return errorCode(error) === "ENOENT" ? probeFolder(dirname(path)) : describeSystemError(error);
  }
}

function probeFolder(folder: string): string | null {
  if (!existsSync(folder) && dirname(folder) !== folder) return probeFolder(dirname(folder));
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
    return statSync(folder).isDirectory() ? null : `${folder} is no folder`;
  } catch (error) {
    return `the folder ${folder}: ${describeSystemError(error)}`;
  }
}

/** Opens the log for reading and closes it again. Returns why that fails, or null. */
export function probeRead(path: string): string | null {
  try {
    closeSync(openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)));
    return null;
  } catch (error) {
    return describeSystemError(error);
  }
}

/**
 * Tries a read lease on a nameless empty file in the log's folder, where it can hold up nobody. The
 * file has a name for microseconds only.
 */
export async function probeLease(system: SystemCalls, folder: string): Promise<LeaseState> {
  if (!existsSync(folder)) return "untried";
  if (!leasesAreComplete(folder)) return "incomplete";
  const path = join(folder, `.timmy-latency-${crypto.randomUUID()}.probe`);
  const { O_RDONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
  try {
    const descriptor = openSync(path, O_RDONLY | O_CREAT | O_EXCL | (O_NOFOLLOW ?? 0), 0o600);
    try {
      removeIfThere(path);
      return (await takeLease(system, descriptor, 0)) === "granted" ? "available" : "refused";
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return "untried";
  }
}

/**
 * Looks up in the kernel's list of locks whether the log's lock is held, and by which process. Taking
 * it to find out would turn away a rotation that comes at that moment.
 */
export function probeLock(logPath: string, device: string | null): PlaceReport["lock"] {
  try {
    const { ino } = statSync(`${logPath}${lockSuffix}`);
    return findLock(readFileSync("/proc/locks", "utf8"), device, ino);
  } catch (error) {
    const isAbsent = errorCode(error) === "ENOENT" && !existsSync(`${logPath}${lockSuffix}`);
    return { state: isAbsent ? "free" : "unknown", holder: null };
  }
}

/** Finds a `flock(2)` in the text of `/proc/locks`. `device` is written as in the table of mounts, `254:1`. */
export function findLock(text: string, device: string | null, inode: number): PlaceReport["lock"] {
  if (device === null) return { state: "unknown", holder: null };
  const [major, minor] = device
    .split(":")
    .map((number) => Number(number).toString(16).padStart(2, "0"));
  const file = `${major}:${minor}:${inode}`;
  for (const line of text.split("\n")) {
    const words = line.trim().split(/\s+/);
    // A process that waits for the lock has an arrow before the word FLOCK.
    if (words[1] !== "FLOCK" || words[5] !== file) continue;
    const holder = Number(words[4]);
    return { state: "held", holder: holder > 0 ? holder : null };
  }
  return { state: "free", holder: null };
}

import { lstatSync, type Stats, statfsSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { AccessError, errorCode } from "../error.ts";
import type { ArchivesReport, LogKind, PlaceReport } from "../report/doctor_report.ts";
import { type ArchiveFile, isSameFile, listArchives } from "./archive_folder.ts";
import { identifyFileSystem } from "./file_system.ts";
import type { LogLocation } from "./log_path.ts";
import { probeAppend, probeLease, probeLock, probeRead } from "./probe.ts";
import { inspectFolder, inspectLog } from "./rotation/trusted_place.ts";
import type { SystemCalls } from "./system_calls.ts";

/**
 * Looks at the log on disk: what it is, who may do what with it, and what surrounds it. Changes nothing
 * and keeps no writer waiting. A thing that cannot be found out is said to be so; nothing is thrown.
 */
export async function inspectPlace(
  { path, rule }: LogLocation,
  userId: number | null,
  system: SystemCalls,
): Promise<PlaceReport> {
  const log = resolve(path);
  const folder = dirname(log);
  const target = statOrNull(() => statSync(log));
  const own = statOrNull(() => lstatSync(log));
  const files = filesBeside(log);
  const { device, ...fileSystem } = identifyFileSystem(log);
  const kind = kindOf(target);
  return {
    log,
    rule,
    kind,
    isLink: own?.isSymbolicLink() ?? false,
    bytes: target?.size ?? null,
    mode: target === null ? null : target.mode & 0o7777,
    owner: target?.uid ?? null,
    links: target?.nlink ?? null,
    readRefusal: refusalToRead(log, kind),
    writeRefusal: probeAppend(log),
    rotateRefusal: refusalToRotate(log, own, files ?? [], userId),
    fileSystem,
    freeBytes: freeBytes(folder),
    lease: await probeLease(system, folder),
    lock: probeLock(log, device),
    archives: files === null ? null : describeArchives(files),
  };
}

function statOrNull(look: () => Stats): Stats | null {
  try {
    return look();
  } catch {
    return null;
  }
}

function kindOf(stat: Stats | null): LogKind {
  if (stat === null) return null;
  if (stat.isFile()) return "file";
  if (stat.isDirectory()) return "folder";
  return stat.isFIFO() ? "pipe" : "other";
}

/** Reading a pipe would take away what somebody else waits for. */
function refusalToRead(log: string, kind: LogKind): string | null {
  if (kind !== null && kind !== "file") return "it is no regular file";
  const refusal = probeRead(log);
  // What is absent cannot be read, which is no news; what is out of sight is.
  return kind === null && isAbsent(log) ? null : refusal;
}

function isAbsent(log: string): boolean {
  try {
    lstatSync(log);
    return false;
  } catch (error) {
    return errorCode(error) === "ENOENT";
  }
}

/** Why `rotate` would refuse, in its own words; null if it would not. */
function refusalToRotate(
  log: string,
  own: Stats | null,
  files: readonly ArchiveFile[],
  userId: number | null,
): string | null {
  try {
    const folder = statOrNull(() => statSync(dirname(log)));
    if (folder !== null) inspectFolder(dirname(log), userId);
    if (own !== null) {
      inspectLog(log, userId, files.filter((file) => isSameFile(file.stat, own)).length);
    }
    return null;
  } catch (error) {
    if (error instanceof AccessError) return error.message;
    throw error;
  }
}

function filesBeside(log: string): ArchiveFile[] | null {
  try {
    return listArchives(dirname(log), log);
  } catch {
    return null;
  }
}

function describeArchives(files: readonly ArchiveFile[]): ArchivesReport {
  const raw = files.filter(({ name, stat }) => name.role === "raw" && stat.size > 0);
  const bases = new Set(raw.map(({ name }) => name.base));
  const finished = files.filter(({ name }) => name.role === "archive" && !bases.has(name.base));
  return {
    count: finished.length,
    bytes: finished.reduce((sum, { stat }) => sum + stat.size, 0),
    unfinished: raw.map(({ path, stat }) => ({
      file: path,
      bytes: stat.size,
      lastWriteSeconds: stat.mtimeMs / 1000,
    })),
    leftovers: files.length - finished.length - raw.length,
  };
}

/** What the file system still takes, also of a folder that is yet to be made. */
function freeBytes(folder: string): number | null {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize;
  } catch (error) {
    const isMissing = errorCode(error) === "ENOENT" && dirname(folder) !== folder;
    return isMissing ? freeBytes(dirname(folder)) : null;
  }
}

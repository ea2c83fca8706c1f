import { type Stats, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { AccessError, describeSystemError, errorCode } from "../error.ts";
import { readNames } from "./archive_folder.ts";
import { manifestSuffix, parseArchiveName } from "./archive_name.ts";
import { lockSuffix } from "./lock.ts";
import { standardInput } from "./standard_input.ts";

/** A log to be read, found by its name. */
export interface FoundLog {
  readonly path: string;
  /** Null for standard input. */
  readonly stat: Stats | null;
}

const logName = /\.(log|jsonl|ndjson)(\.gz|\.zst)?$/;

/**
 * Finds the logs that names stand for: files, `-`, folders (the `*.log`, `*.jsonl` and `*.ndjson` in
 * them, plain or packed) and globs, sorted by path. Of an archive that is just being packed only the raw
 * form counts. Manifests, locks and half-written files are passed over, unless one is named alone.
 *
 * @throws AccessError if a name stands for nothing.
 */
export function findLogs(names: readonly string[]): FoundLog[] {
  const found = new Map<string, FoundLog>();
  for (const name of names) for (const log of findOne(name)) found.set(log.path, log);
  const paths = [...found.keys()].sort();
  const logs = paths.filter((path) => paths.length === 1 || !isOwnHelper(path));
  const raw = new Set(logs.filter((path) => roleOf(path) === "raw").map(archiveKey));
  return logs
    .filter((path) => roleOf(path) !== "archive" || !raw.has(archiveKey(path)))
    .flatMap((path) => found.get(path) ?? []);
}

/**
 * Whether all logs that names stand for are files, which can be read more than once.
 *
 * @throws AccessError if a name stands for nothing.
 */
export function areAllFiles(names: readonly string[]): boolean {
  return findLogs(names).every(({ stat }) => stat?.isFile() === true);
}

function findOne(name: string): FoundLog[] {
  if (name === standardInput) return [{ path: name, stat: null }];
  const stat = statOrNull(name);
  if (stat === null) return findByGlob(name);
  return stat.isDirectory() ? findInFolder(name) : [{ path: name, stat }];
}

/** Null for an absent file whose name can be taken for a glob. */
function statOrNull(name: string): Stats | null {
  try {
    return statSync(name);
  } catch (error) {
    if (errorCode(error) === "ENOENT" && /[*?[{]/.test(name)) return null;
    const reason = describeSystemError(error);
    throw new AccessError(`Cannot read the log ${name}: ${reason}`, errorCode(error));
  }
}

function findInFolder(folder: string): FoundLog[] {
  const names = readNames(folder).filter(isLogName);
  const logs = names.flatMap((name) => regularFile(join(folder, name)));
  if (logs.length > 0) return logs;
  throw new AccessError(
    `Cannot read the logs in ${folder}: there is no *.log, *.jsonl or *.ndjson, plain or packed`,
    "ENOENT",
  );
}

function findByGlob(pattern: string): FoundLog[] {
  const paths = [...new Bun.Glob(pattern).scanSync({ onlyFiles: false })];
  const logs = paths.filter((path) => !isOwnHelper(path)).flatMap(regularFile);
  if (logs.length > 0) return logs;
  throw new AccessError(`Cannot read the logs ${pattern}: no file has such a name`, "ENOENT");
}

function isLogName(name: string): boolean {
  if (name.startsWith(".") || isOwnHelper(name)) return false;
  return logName.test(name) || roleOf(name) === "raw";
}

/** A pipe in a folder would hold us for ever; a file that has gone meanwhile is no log any more. */
function regularFile(path: string): FoundLog[] {
  try {
    const stat = statSync(path);
    return stat.isFile() ? [{ path, stat }] : [];
  } catch {
    return [];
  }
}

function isOwnHelper(path: string): boolean {
  if (path.endsWith(manifestSuffix) || path.endsWith(`${manifestSuffix}.tmp`)) return true;
  if (
    /\.(log|jsonl|ndjson)$/.test(path.slice(0, -lockSuffix.length)) &&
    path.endsWith(lockSuffix)
  ) {
    return true;
  }
  const role = roleOf(path);
  return role === "temporary" || role === "fresh";
}

function roleOf(path: string) {
  return parseArchiveName(fileNameOf(path))?.role ?? null;
}

/** Same for all forms of one archive. */
function archiveKey(path: string): string {
  return join(dirname(path), parseArchiveName(fileNameOf(path))?.base ?? "");
}

function fileNameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

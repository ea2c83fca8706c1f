import { lstatSync, readdirSync, type Stats } from "node:fs";
import { join } from "node:path";
import { AccessError, describeSystemError, errorCode } from "../error.ts";
import { type ArchiveName, belongsTo, byAge, parseArchiveName } from "./archive_name.ts";
import { isForeign } from "./trusted_place.ts";

/** A file whose name says that it belongs to an archive of the log. */
export interface ArchiveFile {
  readonly name: ArchiveName;
  readonly fileName: string;
  readonly folder: string;
  readonly path: string;
  readonly stat: Stats;
}

/**
 * Lists what in a folder is named like an archive of `logPath`, or like a leftover of one, oldest
 * first. A folder that is absent holds nothing.
 *
 * @throws AccessError if the folder cannot be read.
 */
export function listArchives(folder: string, logPath: string): ArchiveFile[] {
  const files: ArchiveFile[] = [];
  for (const fileName of readNames(folder)) {
    const name = parseArchiveName(fileName);
    if (name === null || !belongsTo(name, logPath)) continue;
    const path = join(folder, fileName);
    const stat = lstatIfThere(path);
    if (stat !== null) files.push({ name, fileName, folder, path, stat });
  }
  return files.sort((a, b) => byAge(a.name, b.name) || (a.fileName < b.fileName ? -1 : 1));
}

/** How many archives of `logPath` a folder holds, finished or not; 0 if that cannot be seen. */
export function countArchives(folder: string, logPath: string): number {
  try {
    const held = listArchives(folder, logPath).filter(({ name, stat }) => {
      return stat.size > 0 && (name.role === "archive" || name.role === "raw");
    });
    return new Set(held.map(({ name }) => name.base)).size;
  } catch {
    return 0;
  }
}

function readNames(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return [];
    const reason = describeSystemError(error);
    throw new AccessError(`Cannot read the folder ${folder}: ${reason}`, errorCode(error));
  }
}

/** Null for a file that has gone since it was listed. */
function lstatIfThere(path: string): Stats | null {
  try {
    return lstatSync(path);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return null;
    throw new AccessError(`Cannot look at ${path}: ${describeSystemError(error)}`);
  }
}

/**
 * Why a file that is named like an archive is left alone all the same, or null: a link or somebody
 * else's file may have been put there to be followed, overwritten or deleted.
 */
export function distrust(file: ArchiveFile, userId: number | null): string | null {
  if (file.stat.isSymbolicLink()) return "it is a symbolic link";
  if (!file.stat.isFile()) return "it is no regular file";
  return isForeign(file.stat, userId) ? `it belongs to user ${file.stat.uid}` : null;
}

/** Whether two files are one. */
export function isSameFile(a: Stats, b: Stats): boolean {
  return a.ino === b.ino && a.dev === b.dev;
}

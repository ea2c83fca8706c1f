import { readdirSync, type Stats } from "node:fs";
import { dirname, join } from "node:path";
import { AccessError, errorCode } from "../error.ts";
import { manifestSuffix, parseArchiveName } from "./archive_name.ts";
import { type OpenLog, openLog } from "./file_source.ts";
import { type FoundLog, findLogs } from "./find_logs.ts";
import { type ArchiveEntry, readManifest } from "./manifest.ts";
import type { ReadProgress } from "./read_progress.ts";

/** Looks at the folder again while rotations go on in it, at most so often. */
const maxTries = 100;
const pauseMs = 2;

/** A log that will be read. */
export interface LogSource {
  readonly name: string;
  readonly identity: string;
  /** What its manifest says of it, if that can be believed. */
  readonly entry: ArchiveEntry | null;
  readonly isLasting: boolean;
  /** Bytes it has on the disk; null for a pipe. */
  readonly size: number | null;
  /** Held open from the beginning, so that a rotation makes no difference. */
  readonly isHeld: boolean;
  /** The file that is held open, or that is opened now. */
  open(): OpenLog;
}

/**
 * Finds logs and gets hold of them, so that no rotation can make a line count twice or not at all:
 * whatever may be renamed is opened at once, and afterwards the names must still mean the same files.
 * Finished archives do not change; they are opened when their time has come. A file that has two names
 * is read once. `find` is what looks for them; tests rotate in its midst. `progress` is told of all
 * that will have to be read, and later of what is.
 *
 * @throws AccessError if a file cannot be opened.
 */
export async function openLogs(
  names: readonly string[],
  find: (names: readonly string[]) => FoundLog[] = findLogs,
  progress?: ReadProgress,
): Promise<LogSource[]> {
  for (let attempt = 1; attempt <= maxTries; attempt++) {
    const found = find(names);
    const held = holdChanging(found, progress);
    if (held !== null && isStill(found, find(names))) {
      const sources = toSources(found, held, progress);
      progress?.begin(totalSize(sources));
      return sources;
    }
    for (const open of held?.values() ?? []) open.close();
    await Bun.sleep(pauseMs);
  }
  throw new AccessError(`Cannot read the logs ${names.join(", ")}: they keep being rotated`);
}

/** Opens what is no finished archive; null if one of them has gone since it was found. */
function holdChanging(
  found: readonly FoundLog[],
  progress: ReadProgress | undefined,
): Map<string, OpenLog> | null {
  const held = new Map<string, OpenLog>();
  try {
    for (const { path } of found) if (!isFinished(path)) held.set(path, openLog(path, progress));
    return held;
  } catch (error) {
    for (const open of held.values()) open.close();
    if (errorCode(error) === "ENOENT") return null;
    throw error;
  }
}

function isFinished(path: string): boolean {
  return parseArchiveName(path)?.role === "archive";
}

function isStill(before: readonly FoundLog[], after: readonly FoundLog[]): boolean {
  const describe = (logs: readonly FoundLog[]) =>
    logs.map(({ path, stat }) => `${path}\0${identityOf(path, stat)}`).join("\0");
  return describe(before) === describe(after);
}

function identityOf(path: string, stat: Stats | null): string {
  return stat === null ? path : `${stat.dev}:${stat.ino}`;
}

function toSources(
  found: readonly FoundLog[],
  held: ReadonlyMap<string, OpenLog>,
  progress: ReadProgress | undefined,
): LogSource[] {
  const entries = new ManifestEntries();
  const sources = new Map<string, LogSource>();
  for (const { path, stat } of found) {
    const open = held.get(path);
    const identity = open?.identity ?? identityOf(path, stat);
    if (sources.has(identity)) {
      open?.close();
      continue;
    }
    const entry = open === undefined && stat !== null ? entries.find(path, stat.size) : null;
    sources.set(identity, {
      name: path,
      identity,
      entry,
      isHeld: open !== undefined,
      isLasting: open?.isLasting ?? true,
      size: stat?.isFile() ? stat.size : null,
      open: () => open ?? openLog(path, progress),
    });
  }
  return [...sources.values()];
}

/** Null if there is a pipe among them. */
function totalSize(sources: readonly LogSource[]): number | null {
  return sources.reduce<number | null>(
    (total, { size }) => (total === null || size === null ? null : total + size),
    0,
  );
}

/**
 * What the manifests beside archives say. An entry is believed if it has the archive's name and its
 * present size; its hash is not computed, as that would cost as much as reading the archive.
 */
class ManifestEntries {
  readonly #folders = new Map<string, ReadonlyMap<string, ArchiveEntry>>();

  find(path: string, size: number): ArchiveEntry | null {
    const folder = dirname(path);
    const entries = this.#folders.get(folder) ?? readEntries(folder);
    this.#folders.set(folder, entries);
    const entry = entries.get(path.slice(path.lastIndexOf("/") + 1));
    return entry?.size === size ? entry : null;
  }
}

/** A manifest only saves work: one that cannot be read is as good as none. */
function readEntries(folder: string): ReadonlyMap<string, ArchiveEntry> {
  const entries = new Map<string, ArchiveEntry>();
  try {
    for (const name of readdirSync(folder)) {
      if (!name.endsWith(manifestSuffix)) continue;
      for (const [archive, entry] of readManifest(join(folder, name)).archives) {
        entries.set(archive, entry);
      }
    }
  } catch {}
  return entries;
}

import type { Stats } from "node:fs";
import { errorCode } from "../error.ts";
import { type ArchiveFile, distrust, isSameFile } from "./archive_folder.ts";
import { isBeginningOf } from "./finish_archive.ts";

/** A file that stays as it is, and why. */
export interface LeftFile {
  readonly file: ArchiveFile;
  readonly reason: string;
}

/** A raw archive to be finished. */
export interface UnfinishedArchive {
  readonly file: ArchiveFile;
  /** Its name is taken by an archive of other content, so that it needs a new one. */
  readonly needsNewName: boolean;
}

/** What an interrupted rotation has left in a folder, and what is to be done about it. */
export interface Leftovers {
  /** To be removed: they hold nothing that is not elsewhere. */
  readonly discard: readonly LeftFile[];
  readonly finish: readonly UnfinishedArchive[];
  readonly leave: readonly LeftFile[];
  /** Archives that stand. */
  readonly archives: readonly ArchiveFile[];
}

/**
 * Sorts the files of a folder that are named like archives of the log. A raw archive is the truth:
 * packed forms beside it that hold its beginning are discarded. Whatever is not known to be a copy of
 * something else is never discarded.
 *
 * @throws AccessError if a file cannot be read.
 */
export async function sortLeftovers(
  files: readonly ArchiveFile[],
  log: Stats | null,
  userId: number | null,
): Promise<Leftovers> {
  const discard: LeftFile[] = [];
  const finish: UnfinishedArchive[] = [];
  const leave: LeftFile[] = [];
  const trusted = files.filter((file) => {
    const reason = distrust(file, userId);
    if (reason !== null) leave.push({ file, reason });
    return reason === null;
  });
  const archives = new Set(trusted.filter((file) => file.name.role === "archive"));
  const siblingsOf = (file: ArchiveFile) =>
    trusted.filter((other) => other !== file && other.name.base === file.name.base);

  for (const file of trusted) {
    const siblings = siblingsOf(file);
    if (file.name.role === "raw") await sortRaw(file, siblings).catch(ignoreGone);
    else if (file.name.role === "temporary") sortTemporary(file, siblings);
    else if (file.name.role === "fresh") sortFresh(file);
  }
  return { discard, finish, leave, archives: [...archives] };

  async function sortRaw(raw: ArchiveFile, siblings: readonly ArchiveFile[]): Promise<void> {
    if (log !== null && isSameFile(raw.stat, log)) {
      discard.push({ file: raw, reason: "a second name of the log" });
      return;
    }
    const packed = siblings.filter((other) => other.name.role === "archive");
    if (packed.some((other) => isSameFile(other.stat, raw.stat))) {
      discard.push({ file: raw, reason: "a second name of its archive" });
      return;
    }
    let needsNewName = false;
    for (const other of packed) {
      if (await isBeginningOf(other.path, raw.path)) {
        discard.push({ file: other, reason: "the raw archive is not gone yet, so it counts" });
        archives.delete(other);
      } else {
        needsNewName = true;
      }
    }
    finish.push({ file: raw, needsNewName });
  }

  function sortTemporary(file: ArchiveFile, siblings: readonly ArchiveFile[]): void {
    const hasOriginal = siblings.some((other) => ["raw", "archive"].includes(other.name.role));
    if (hasOriginal) discard.push({ file, reason: "its writing was interrupted" });
    else leave.push({ file, reason: "the raw archive that it was made from is gone" });
  }

  function sortFresh(file: ArchiveFile): void {
    if (file.stat.size === 0) discard.push({ file, reason: "its writing was interrupted" });
    else leave.push({ file, reason: "it is not empty" });
  }
}

/** A preview takes no lock: what it looks at may be finished by another run meanwhile. */
function ignoreGone(error: unknown): void {
  if (errorCode(error) !== "ENOENT") throw error;
}

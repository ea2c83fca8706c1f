import { lstatSync, readdirSync, type Stats } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { AccessError, errorCode } from "../error.ts";
import { type ArchiveFacts, readArchiveFacts } from "./archive_facts.ts";
import type { ArchiveFile } from "./archive_folder.ts";
import type { LeftFile } from "./leftovers.ts";
import type { ArchiveEntry, Manifest } from "./manifest.ts";
import { parseAncestorName } from "./retention.ts";
import { isForeign } from "./trusted_place.ts";

/** Archives that are known to be the log's own. */
export interface Proof {
  readonly proven: readonly ArchiveFile[];
  /** Those of them that the manifest did not know yet. */
  readonly found: readonly { readonly file: ArchiveFile; readonly facts: ArchiveFacts }[];
  readonly leave: readonly LeftFile[];
}

/** How the manifest of `folder` names the log. */
export function logIdentity(logPath: string, folder: string): string {
  return dirname(resolve(logPath)) === resolve(folder) ? basename(logPath) : resolve(logPath);
}

/**
 * Finds out which archives are the log's own: those that its manifest lists with their present size,
 * and those of the right name that can be read without damage and hold events. Only these may ever be
 * deleted. Reads every archive that is not listed, once, since it is listed afterwards.
 */
export async function proveArchives(
  archives: readonly ArchiveFile[],
  manifest: Manifest,
  identity: string,
): Promise<Proof> {
  const proven: ArchiveFile[] = [];
  const found: { file: ArchiveFile; facts: ArchiveFacts }[] = [];
  const leave: LeftFile[] = [];
  for (const file of archives) {
    const entry = manifest.archives.get(file.fileName);
    if (entry !== undefined && entry.log !== identity) {
      leave.push({ file, reason: `the manifest lists it as an archive of ${entry.log}` });
    } else if (entry?.size === file.stat.size) {
      proven.push(file);
    } else {
      const facts = await readFactsIfThere(file.path);
      if (facts === null) continue;
      if (facts.damage === null && facts.events > 0) {
        proven.push(file);
        found.push({ file, facts });
      } else {
        const reason = facts.damage ?? "it holds no events";
        leave.push({ file, reason: `it is not known to be an archive of this log: ${reason}` });
      }
    }
  }
  return { proven, found, leave };
}

/** Null for an archive that has gone since it was listed. */
async function readFactsIfThere(path: string): Promise<ArchiveFacts | null> {
  try {
    return await readArchiveFacts(path);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return null;
    throw error;
  }
}

/** An archive that the Python tracker made. */
export interface AncestorArchive {
  readonly path: string;
  readonly stamp: string;
  readonly stat: Stats;
}

/** Lists the Python tracker's archives of the log that can be read and hold events. */
export async function proveAncestorArchives(
  folder: string,
  logPath: string,
  userId: number | null,
): Promise<AncestorArchive[]> {
  const archives: AncestorArchive[] = [];
  for (const fileName of readdirSync(folder).sort()) {
    const stamp = parseAncestorName(fileName, logPath);
    if (stamp === null) continue;
    const path = join(folder, fileName);
    const stat = lstatSync(path);
    if (!stat.isFile() || isForeign(stat, userId)) continue;
    const facts = await readFactsIfThere(path);
    if (facts !== null && facts.events > 0) archives.push({ path, stamp, stat });
  }
  return archives;
}

/** What the manifest says of an archive that has been read. */
export function toEntry(
  fileName: string,
  log: string,
  size: number,
  sha256: string,
  facts: ArchiveFacts,
): ArchiveEntry {
  return {
    archive: fileName,
    log,
    events: facts.events,
    problems: facts.problems,
    first: facts.firstSeconds,
    last: facts.lastSeconds,
    bytes: facts.bytes,
    size,
    sha256,
  };
}

/**
 * Refuses a folder for archives that holds those of another log of the same name.
 *
 * @throws AccessError
 */
export function refuseSharedFolder(folder: string, manifest: Manifest, identity: string): void {
  const other = [...manifest.archives.values()].find((entry) => entry.log !== identity);
  if (other === undefined) return;
  throw new AccessError(
    `Cannot put archives into ${folder}: it holds those of another log, ${other.log}; ` +
      "choose a folder for each",
  );
}

import { existsSync, type Stats } from "node:fs";
import { dirname } from "node:path";
import type { RotationVerdict } from "../report/rotation_report.ts";
import { type ArchiveFile, isSameFile, listArchives } from "./archive_folder.ts";
import { byAge, nextArchiveBase, parseArchiveName } from "./archive_name.ts";
import {
  type AncestorArchive,
  logIdentity,
  type Proof,
  proveAncestorArchives,
  proveArchives,
  refuseSharedFolder,
} from "./archive_proof.ts";
import { readFirstSeconds } from "./first_event.ts";
import { type LeftFile, sortLeftovers } from "./leftovers.ts";
import { type Manifest, readManifest } from "./manifest.ts";
import { type Expired, findExpired, type RetentionItem } from "./retention.ts";
import {
  archiveFolders,
  hasRetention,
  manifestPath,
  type RotationSettings,
} from "./rotation_settings.ts";
import { inspectFolder, inspectLog } from "./trusted_place.ts";

/** A raw archive to be finished under a certain name. */
export interface PlannedFinish {
  readonly file: ArchiveFile;
  /** The archive's name without suffixes. */
  readonly base: string;
}

/** All that a rotation would do, in this order. Making a plan changes nothing. */
export interface RotationPlan {
  readonly verdict: RotationVerdict;
  readonly log: Stats | null;
  readonly discard: readonly LeftFile[];
  readonly finish: readonly PlannedFinish[];
  /** The name without suffixes of the archive that the log becomes; null if it is not rotated. */
  readonly rotateAs: string | null;
  readonly found: Proof["found"];
  readonly expired: readonly (Expired & { readonly bytes: number })[];
  readonly leave: readonly LeftFile[];
  readonly manifests: ReadonlyMap<string, Manifest>;
}

/**
 * Looks at the log and its archives and says what is to be done.
 *
 * @throws AccessError if the log may not be rotated, or a file cannot be read.
 */
export async function planRotation(settings: RotationSettings): Promise<RotationPlan> {
  const { logPath, userId } = settings;
  const { folders, files, log } = look(settings);
  const verdict = await judge(settings, log);

  const names = files.map((file) => file.name);
  const newBase = () => {
    const base = nextArchiveBase(logPath, names, settings.nowSeconds);
    const name = parseArchiveName(base);
    if (name !== null) names.push(name);
    return base;
  };
  const plan = {
    discard: [] as LeftFile[],
    finish: [] as PlannedFinish[],
    found: [] as Proof["found"][number][],
    leave: [] as LeftFile[],
    manifests: new Map<string, Manifest>(),
  };
  const proven: ArchiveFile[] = [];
  const ancestors: AncestorArchive[] = [];
  for (const folder of folders) {
    const manifest = readManifest(manifestPath(settings, folder));
    const identity = logIdentity(logPath, folder);
    if (folder !== dirname(logPath)) refuseSharedFolder(folder, manifest, identity);
    const own = files.filter((file) => file.folder === folder);
    const leftovers = await sortLeftovers(own, log, userId);
    const proof = await proveArchives(leftovers.archives, manifest, identity);
    plan.manifests.set(folder, manifest);
    plan.discard.push(...leftovers.discard);
    plan.leave.push(...leftovers.leave, ...(hasRetention(settings) ? proof.leave : []));
    for (const { file, needsNewName } of leftovers.finish) {
      plan.finish.push({ file, base: needsNewName ? newBase() : file.name.base });
    }
    plan.found.push(...proof.found);
    proven.push(...proof.proven);
    if (settings.adopt) ancestors.push(...(await proveAncestorArchives(folder, logPath, userId)));
  }
  const rotateAs = verdict === "due" ? newBase() : null;
  const bases = [...plan.finish.map(({ base }) => base), ...(rotateAs === null ? [] : [rotateAs])];
  return { ...plan, verdict, log, rotateAs, expired: expire(settings, proven, ancestors, bases) };
}

/**
 * Whether there is nothing at all to work on: no event and no archive. Null if there may be.
 *
 * @throws AccessError if the log may not be rotated.
 */
export function findIdle(settings: RotationSettings): RotationVerdict | null {
  const { files, log } = look(settings);
  if (settings.adopt || files.length > 0) return null;
  if (log === null) return "absent";
  return log.size === 0 ? "empty" : null;
}

/** What there is, after the checks that every rotation begins with. */
function look(settings: RotationSettings) {
  const { logPath, userId } = settings;
  const folders = archiveFolders(settings).filter((folder) => existsSync(folder));
  for (const folder of folders) inspectFolder(folder, userId);
  const files = folders.flatMap((folder) => listArchives(folder, logPath));
  return { folders, files, log: inspectOwnLog(settings, files) };
}

/** The log's status; names that an interrupted rotation gave it do not count as hard links. */
function inspectOwnLog(settings: RotationSettings, files: readonly ArchiveFile[]): Stats | null {
  const { logPath, userId } = settings;
  const log = inspectLog(logPath, userId, files.length);
  if (log === null) return null;
  const ownNames = files.filter((file) => isSameFile(file.stat, log)).length;
  return inspectLog(logPath, userId, ownNames);
}

async function judge(settings: RotationSettings, log: Stats | null): Promise<RotationVerdict> {
  if (log === null) return "absent";
  if (log.size === 0) return "empty";
  const { maxSizeBytes, maxAgeSeconds, force, nowSeconds } = settings;
  if (force || (maxSizeBytes === null && maxAgeSeconds === null)) return "due";
  if (maxSizeBytes !== null && log.size >= maxSizeBytes) return "due";
  if (maxAgeSeconds === null) return "not due";
  const since = (await readFirstSeconds(settings.logPath)) ?? log.birthtimeMs / 1000;
  return nowSeconds - since >= maxAgeSeconds ? "due" : "not due";
}

/** The archives that retention deletes, from those proven; unfinished ones count, but stay. */
function expire(
  settings: RotationSettings,
  proven: readonly ArchiveFile[],
  ancestors: readonly AncestorArchive[],
  unfinished: readonly string[],
): RotationPlan["expired"] {
  if (!hasRetention(settings)) return [];
  const sizes = new Map<string, number>();
  for (const { path, stat } of [...proven, ...ancestors]) sizes.set(path, stat.size);
  const own = [
    ...proven.map((file) => ({ name: file.name, path: file.path })),
    ...unfinished.flatMap((base) => {
      const name = parseArchiveName(base);
      return name === null ? [] : [{ name, path: "" }];
    }),
  ].sort((a, b) => byAge(a.name, b.name));
  const items: RetentionItem[] = [
    ...ancestors.map(({ path, stamp }) => ({ path, stamp })),
    ...own.map(({ name, path }) => ({ path, stamp: name.stamp })),
  ].sort((a, b) => (a.stamp < b.stamp ? -1 : a.stamp > b.stamp ? 1 : 0));
  return findExpired(items, settings.retention, settings.nowSeconds).flatMap((expired) => {
    const bytes = sizes.get(expired.path);
    return bytes === undefined ? [] : [{ ...expired, bytes }];
  });
}

import { existsSync, mkdirSync, type Stats, unlinkSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { AccessError, describeSystemError, errorCode } from "../error.ts";
import type { RotationAction } from "../report/rotation_report.ts";
import { rawSuffix } from "./archive_name.ts";
import { logIdentity, toEntry } from "./archive_proof.ts";
import { type Likeness, moveWithoutReplacing } from "./durable.ts";
import { type Finished, type FinishedArchive, finishArchive } from "./finish_archive.ts";
import { type Manifest, readManifest, writeManifest } from "./manifest.ts";
import { hashFile } from "./pack.ts";
import { describeAction, emptyReason } from "./rotation_action.ts";
import { type PlannedFinish, planRotation, type RotationPlan } from "./rotation_plan.ts";
import { manifestPath, type RotationSettings } from "./rotation_settings.ts";
import { swapOut } from "./swap.ts";
import { inspectFolder } from "./trusted_place.ts";

const folderMode = 0o750;
const fileMode = 0o640;
/** Where there are no leases, a raw archive must have kept its size for so long. */
const quietSeconds = 60;
/** Writers that have had since the last run to leave get no long wait again. */
const leftoverWaitMs = 50;

/** What was done, and the first failure. */
export interface Performed {
  readonly actions: readonly RotationAction[];
  readonly failure: Error | null;
}

/**
 * Does what a plan says, step by step. A step that fails leaves the events where they are safe, and
 * does not keep the others from being taken. The caller holds the lock under which the plan was made.
 */
export async function performRotation(
  plan: RotationPlan,
  settings: RotationSettings,
): Promise<Performed> {
  const actions: RotationAction[] = [];
  let failure: Error | null = null;
  const { logPath } = settings;
  const manifests = new Map(plan.manifests);
  const like: Likeness = plan.log ?? likeOfUser(settings);

  for (const { file, reason } of plan.discard) {
    await attempt(() => {
      remove(file.path);
      actions.push(describeAction("discard", file.path, file.stat.size, { reason }));
    });
  }
  for (const planned of plan.finish) await attempt(() => finishLeftover(planned));
  const { log, rotateAs } = plan;
  if (log !== null && rotateAs !== null) await attempt(() => rotate(log, rotateAs));
  for (const { file, facts } of plan.found) {
    await attempt(() => {
      const entry = toEntry(
        file.fileName,
        logIdentity(logPath, file.folder),
        file.stat.size,
        hashFile(file.path),
        facts,
      );
      manifestOf(file.folder).archives.set(file.fileName, entry);
      const { events } = facts;
      actions.push(describeAction("list", file.path, file.stat.size, { events }));
    });
  }
  await attempt(saveManifests);
  await attempt(deleteExpired);
  for (const { file, reason } of plan.leave) {
    actions.push(describeAction("leave", file.path, file.stat.size, { reason }));
  }
  return { actions, failure };

  async function attempt(step: () => void | Promise<void>): Promise<void> {
    try {
      await step();
    } catch (error) {
      if (!(error instanceof AccessError)) throw error;
      failure ??= error;
    }
  }

  async function finishLeftover({ file, base }: PlannedFinish): Promise<void> {
    let path = file.path;
    if (base !== file.name.base) {
      path = join(file.folder, `${base}${rawSuffix}`);
      rename(settings, file.path, path);
    }
    const finished = await finish(path, base, null, leftoverWaitMs);
    const { size } = file.stat;
    if (finished.outcome === "empty") {
      actions.push(describeAction("discard", file.path, size, { reason: emptyReason }));
    } else if (finished.outcome === "left") {
      const reason = `${finished.reason}; a later rotate finishes it`;
      actions.push(describeAction("leave", path, finished.bytes, { reason }));
    } else {
      actions.push(describeAction("finish", file.path, size, archived(finished.archive)));
    }
  }

  async function rotate(stat: Stats, base: string): Promise<void> {
    const folder = settings.archiveFolder;
    makeFolder(folder, settings.userId);
    const swappedAtMs = performance.now();
    const rawPath = swapOut(settings.system, logPath, stat, folder, base);
    const planned = (more: Parameters<typeof describeAction>[3]) =>
      actions.push(describeAction("rotate", logPath, stat.size, more));
    try {
      const finished = await finish(rawPath, base, swappedAtMs, settings.waitMs);
      if (finished.outcome === "archived") planned(archived(finished.archive));
      else if (finished.outcome === "left") {
        const reason = `${finished.reason}; a later rotate finishes it`;
        planned({ archive: rawPath, reason });
      }
    } catch (error) {
      planned({ archive: rawPath, reason: "it could not be packed; a later rotate finishes it" });
      throw error;
    }
  }

  async function finish(
    rawPath: string,
    base: string,
    swappedAtMs: number | null,
    waitMs: number,
  ): Promise<Finished> {
    const folder = dirname(rawPath);
    const { system, packing, nowSeconds } = settings;
    const manifest = manifestOf(folder);
    const identity = logIdentity(logPath, folder);
    const rawName = basename(rawPath);
    const seen = manifest.pending.get(rawName);
    const isSettled = (bytes: number) =>
      seen?.bytes === bytes && nowSeconds - seen.seen >= quietSeconds;
    const options = { system, logPath, base, packing, like, waitMs, swappedAtMs, isSettled };
    const finished = await finishArchive(rawPath, options);
    manifest.pending.delete(rawName);
    if (finished.outcome === "left") {
      const { bytes } = finished;
      const isSame = seen?.bytes === bytes && seen.seen <= nowSeconds;
      const since = isSame ? seen.seen : nowSeconds;
      manifest.pending.set(rawName, { pending: rawName, log: identity, bytes, seen: since });
    } else if (finished.outcome === "archived") {
      const { path, bytes, sha256, facts } = finished.archive;
      const name = basename(path);
      manifest.archives.set(name, toEntry(name, identity, bytes, sha256, facts));
    }
    return finished;
  }

  /** Deletes what the plan says, if it is still so now that the rest is done. */
  async function deleteExpired(): Promise<void> {
    const agreed = plan.expired.filter(
      ({ path }) => settings.agreedDeletions === null || settings.agreedDeletions.has(path),
    );
    if (agreed.length === 0) return;
    const notAgain = {
      ...settings,
      force: false,
      maxAgeSeconds: null,
      maxSizeBytes: Number.POSITIVE_INFINITY,
    };
    const now = new Set((await planRotation(notAgain)).expired.map(({ path }) => path));
    for (const { path, bytes, reason } of agreed) {
      if (!now.has(path)) continue;
      remove(path);
      actions.push(describeAction("delete", path, bytes, { reason }));
    }
    saveManifests();
  }

  function manifestOf(folder: string): Manifest {
    const known = manifests.get(folder) ?? readManifest(manifestPath(settings, folder));
    manifests.set(folder, known);
    return known;
  }

  /** Writes the manifests, without the log's archives that are gone. */
  function saveManifests(): void {
    for (const [folder, manifest] of manifests) {
      const identity = logIdentity(logPath, folder);
      for (const entries of [manifest.archives, manifest.pending]) {
        for (const [name, { log: owner }] of entries) {
          if (owner === identity && !existsSync(join(folder, name))) entries.delete(name);
        }
      }
      writeManifest(manifestPath(settings, folder), manifest, like);
    }
  }
}

function archived(archive: FinishedArchive) {
  const { path, bytes, facts } = archive;
  return { archive: path, archiveBytes: bytes, events: facts.events };
}

/** Owner and mode for files of a log that is absent. */
function likeOfUser({ userId, groupId }: RotationSettings): Likeness {
  return { uid: userId ?? 0, gid: groupId ?? 0, mode: fileMode };
}

function remove(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    throw new AccessError(`Cannot delete ${path}: ${describeSystemError(error)}`, errorCode(error));
  }
}

function rename(settings: RotationSettings, from: string, to: string): void {
  try {
    moveWithoutReplacing(settings.system, from, to);
  } catch (error) {
    const reason = describeSystemError(error);
    throw new AccessError(`Cannot rename ${from} to ${to}: ${reason}`, errorCode(error));
  }
}

function makeFolder(path: string, userId: number | null): void {
  try {
    mkdirSync(path, { recursive: true, mode: folderMode });
  } catch (error) {
    const reason = describeSystemError(error);
    throw new AccessError(`Cannot make the folder ${path}: ${reason}`, errorCode(error));
  }
  inspectFolder(path, userId);
}

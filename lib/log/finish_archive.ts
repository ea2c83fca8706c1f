import { closeSync, constants, fstatSync, fsyncSync, openSync, unlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { AccessError, describeSystemError, errorCode } from "../error.ts";
import { type ArchiveFacts, readArchiveFacts } from "./archive_facts.ts";
import { type Packing, packingSuffixes, temporarySuffix } from "./archive_name.ts";
import {
  createLike,
  type Likeness,
  moveWithoutReplacing,
  removeIfThere,
  syncFolder,
} from "./durable.ts";
import { leasesAreComplete, takeLease } from "./lease.ts";
import { hashBeginning, type Packed, pack } from "./pack.ts";
import { rescueTail } from "./rescue.ts";
import type { SystemCalls } from "./system_calls.ts";

/** Attempts at packing while writers keep coming back to the raw archive. */
const maxAttempts = 5;
/** A raw archive is not removed earlier than this after it was swapped out. */
const settleMs = 100;

/** How to finish a raw archive. */
export interface FinishOptions {
  readonly system: SystemCalls;
  readonly logPath: string;
  /** The archive's name without suffixes. */
  readonly base: string;
  readonly packing: Packing;
  readonly like: Likeness;
  /** How long to wait for writers that still have it open. */
  readonly waitMs: number;
  /** When it was swapped out, by `performance.now()`; null for one of an earlier run. */
  readonly swappedAtMs: number | null;
  /** Whether its size has been the same for long, which has to do where there are no leases. */
  readonly isSettled: (bytes: number) => boolean;
}

/** A finished archive, or why the raw one stays. */
export type Finished =
  | { readonly outcome: "archived"; readonly archive: FinishedArchive }
  | { readonly outcome: "empty" }
  | { readonly outcome: "left"; readonly reason: string; readonly bytes: number };

/** What is known of an archive that has just been made. */
export interface FinishedArchive {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly facts: ArchiveFacts;
}

/**
 * Makes an archive of a raw one, once the kernel says that nobody can write to it any more. The raw
 * archive is the truth until the packed one is complete, read back, compared and on disk; only then
 * is it removed. Killed at any moment, it leaves nothing that the next run does not tidy up.
 *
 * @throws AccessError if it cannot be read or packed; the raw archive stays.
 */
export async function finishArchive(rawPath: string, options: FinishOptions): Promise<Finished> {
  try {
    const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
    const raw = openSync(rawPath, O_RDONLY | (O_NOFOLLOW ?? 0) | (O_NONBLOCK ?? 0));
    try {
      return await finishOpen(raw, rawPath, options);
    } finally {
      // This ends the lease as well.
      closeSync(raw);
    }
  } catch (error) {
    throw new AccessError(
      `Cannot make an archive of ${rawPath}: ${describeSystemError(error)}; ` +
        "its events are safe there, and the next rotate goes on",
      errorCode(error),
    );
  }
}

async function finishOpen(raw: number, rawPath: string, options: FinishOptions): Promise<Finished> {
  const { system, waitMs } = options;
  const hasLeases = leasesAreComplete(dirname(rawPath));
  for (let attempt = 1; attempt <= maxAttempts; attempt++) {
    const lease = hasLeases ? await takeLease(system, raw, waitMs) : "unknown";
    const bytes = fstatSync(raw).size;
    if (lease === "writers") return { outcome: "left", reason: "a writer has it open", bytes };
    if (lease === "unknown" && !options.isSettled(bytes)) {
      const reason = "this file system cannot tell whether a writer has it open";
      return { outcome: "left", reason, bytes };
    }
    const isAlone = () =>
      fstatSync(raw).size === bytes && (lease === "unknown" || system.holdsLease(raw));
    const finished = await finishAlone(raw, rawPath, bytes, isAlone, options);
    if (finished !== null) return finished;
    system.releaseLease(raw);
  }
  return { outcome: "left", reason: "writers keep opening it", bytes: fstatSync(raw).size };
}

/** One attempt; null if a writer came back before it was over. */
async function finishAlone(
  raw: number,
  rawPath: string,
  bytes: number,
  isAlone: () => boolean,
  options: FinishOptions,
): Promise<Finished | null> {
  const folder = dirname(rawPath);
  const path = join(folder, `${options.base}${packingSuffixes[options.packing]}`);
  const archive =
    bytes === 0 || options.packing === "none"
      ? null
      : await makePacked(raw, bytes, path, isAlone, options, options.packing);
  if (bytes > 0 && options.packing === "none") {
    const facts = await readArchiveFacts(rawPath);
    if (facts.bytes !== bytes || !isAlone()) return null;
    moveWithoutReplacing(options.system, rawPath, path);
    syncFolder(folder);
    return {
      outcome: "archived",
      archive: { path, bytes, sha256: facts.contentHash, facts },
    };
  }
  if (bytes > 0 && archive === null) return null;
  await settle(options.swappedAtMs);
  if (!isAlone()) {
    if (archive !== null) removeIfThere(path);
    return null;
  }
  unlinkSync(rawPath);
  syncFolder(folder);
  await rescueTail(raw, bytes, isAlone, options.system, options.logPath);
  return archive === null ? { outcome: "empty" } : { outcome: "archived", archive };
}

/** Packs, reads back, compares, and puts the archive in its place; null if a writer came back. */
async function makePacked(
  raw: number,
  bytes: number,
  path: string,
  isAlone: () => boolean,
  options: FinishOptions,
  packing: Exclude<Packing, "none">,
): Promise<FinishedArchive | null> {
  const temporary = `${path}${temporarySuffix}`;
  removeIfThere(temporary);
  const target = createLike(temporary, options.like);
  try {
    let packed: Packed | null;
    try {
      packed = await pack(raw, bytes, target, packing, isAlone);
      if (packed !== null) fsyncSync(target);
    } finally {
      closeSync(target);
    }
    if (packed === null) return null;
    const facts = await readArchiveFacts(temporary);
    if (facts.bytes !== bytes || facts.contentHash !== packed.contentHash) {
      throw new AccessError("the packed form reads back differently");
    }
    if (!isAlone()) return null;
    moveWithoutReplacing(options.system, temporary, path);
    syncFolder(dirname(path));
    return { path, bytes: packed.archiveBytes, sha256: packed.archiveHash, facts };
  } finally {
    removeIfThere(temporary);
  }
}

/** Gives a writer that is inside `open()`, before it counts as one, the time to get on. */
async function settle(swappedAtMs: number | null): Promise<void> {
  if (swappedAtMs === null) return;
  const leftMs = swappedAtMs + settleMs - performance.now();
  if (leftMs > 0) await Bun.sleep(leftMs);
}

/** Whether a packed form holds exactly the beginning of a raw archive: then it is a leftover of ours. */
export async function isBeginningOf(archivePath: string, rawPath: string): Promise<boolean> {
  const facts = await readArchiveFacts(archivePath);
  const raw = openSync(rawPath, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
  try {
    if (facts.bytes > fstatSync(raw).size) return false;
    return hashBeginning(raw, facts.bytes) === facts.contentHash;
  } finally {
    closeSync(raw);
  }
}

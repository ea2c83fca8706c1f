import { statfsSync } from "node:fs";
import type { SystemCalls } from "./system_calls.ts";

/** Pauses between two looks grow from the first to the last of these. */
const shortestPauseMs = 1;
const longestPauseMs = 20;

/**
 * File systems on which all writers go through this kernel, so that its word about them is the whole
 * truth: ext2 to 4, XFS, Btrfs, tmpfs, ramfs, overlayfs, F2FS, ZFS, bcachefs. Behind any other (NFS,
 * SMB, 9p, FUSE) another machine, or Windows beside WSL, may be writing unseen.
 */
const localFileSystems = new Set([
  0xef53, 0x58465342, 0x9123683e, 0x01021994, 0x858458f6, 0x794c7630, 0xf2f52010, 0x2fc12fc1,
  0xca451a4e,
]);

/**
 * `granted`: nobody has the file open for writing, and nobody can until the lease is released.
 * `writers`: somebody still has. `unknown`: this system, file system or user gets no leases.
 */
export type LeaseAnswer = "granted" | "writers" | "unknown";

/** Whether a lease on a file in `folder` would tell of every writer. */
export function leasesAreComplete(folder: string): boolean {
  try {
    return localFileSystems.has(statfsSync(folder).type >>> 0);
  } catch {
    return false;
  }
}

/**
 * Takes a read lease on an open file, waiting up to `waitMs` for its last writer to leave. The lease
 * ends with `releaseLease()`, with the descriptor, or with the process.
 */
export async function takeLease(
  system: SystemCalls,
  descriptor: number,
  waitMs: number,
): Promise<LeaseAnswer> {
  const deadlineMs = performance.now() + waitMs;
  for (let pauseMs = shortestPauseMs; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
    const refusal = system.takeLease(descriptor);
    if (refusal === null) return "granted";
    if (refusal !== "EAGAIN") return "unknown";
    const leftMs = deadlineMs - performance.now();
    if (leftMs <= 0) return "writers";
    await Bun.sleep(Math.min(pauseMs, leftMs));
  }
}

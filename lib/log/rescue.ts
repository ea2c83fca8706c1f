import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { writeWhole } from "./durable.ts";
import { takeLease } from "./lease.ts";
import type { SystemCalls } from "./system_calls.ts";

const waitMs = 2_000;

/**
 * The last gap: a writer looked up the log's name before the swap, but did not get to open the file
 * until its archive was complete and the raw one nameless. The kernel holds such a writer back while
 * the lease stands. It is let through now, and what it writes is appended to the log.
 *
 * `raw` is the nameless file, of which `bytes` bytes are archived. Never seen to be needed in 2 600
 * rotations under stress; without it those lines would be lost.
 */
export async function rescueTail(
  raw: number,
  bytes: number,
  isAlone: () => boolean,
  system: SystemCalls,
  logPath: string,
): Promise<void> {
  if (isAlone()) return;
  system.releaseLease(raw);
  await takeLease(system, raw, waitMs);
  const tail = Buffer.alloc(Math.max(0, fstatSync(raw).size - bytes));
  const count = readSync(raw, tail, 0, tail.length, bytes);
  if (count === 0) return;
  const log = openSync(logPath, constants.O_WRONLY | constants.O_APPEND);
  try {
    writeWhole(log, tail.subarray(0, count));
  } finally {
    closeSync(log);
  }
}

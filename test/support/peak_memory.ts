import { readFileSync } from "node:fs";

const pauseMs = 10;

/**
 * The peak of a running process's resident memory in bytes, looked at until it ends. What `wait` tells
 * is no use: a process that was forked from a large one inherits that one's peak.
 */
export async function peakUntilExit(child: Bun.Subprocess): Promise<number> {
  let peakBytes = 0;
  while (child.exitCode === null && child.signalCode === null) {
    peakBytes = Math.max(peakBytes, readPeak(child.pid));
    await Promise.race([child.exited, Bun.sleep(pauseMs)]);
  }
  return peakBytes;
}

/** The peak of a process so far, in bytes; 0 if it has ended. */
export function readPeak(pid: number | "self"): number {
  try {
    const [, kilobytes = "0"] =
      /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
    return Number(kilobytes) * 1024;
  } catch {
    return 0;
  }
}

import { readFileSync } from "node:fs";

/**
 * The most memory that a running process has been seen to take, in megabytes, looked at until it ends.
 * (What the kernel accounts to a finished child begins with what its parent had when it was forked.)
 */
export async function watchPeak(child: Bun.Subprocess): Promise<number> {
  let peak = 0;
  while (child.exitCode === null && child.signalCode === null) {
    peak = Math.max(peak, residentPeak(child.pid));
    await Bun.sleep(2);
  }
  return peak;
}

/** The peak of a process so far, in megabytes; 0 if it has ended. */
export function residentPeak(pid: number | "self"): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}

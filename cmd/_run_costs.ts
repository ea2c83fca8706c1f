import { readFileSync } from "node:fs";
import type { RunCosts } from "../lib/render/read_account.ts";

/** What this process has cost so far, its start included. */
export function runCosts(): RunCosts {
  const { user, system } = process.cpuUsage();
  return {
    seconds: performance.now() / 1000,
    cpuSeconds: (user + system) / 1e6,
    peakBytes: peakFromKernel() ?? process.resourceUsage().maxRSS * 1024,
  };
}

/** What `maxRSS` tells may be the peak of whoever started this process; null where there is no /proc. */
function peakFromKernel(): number | null {
  try {
    const status = readFileSync("/proc/self/status", "utf8");
    const [, kilobytes] = /^VmHWM:\s*(\d+) kB$/m.exec(status) ?? [];
    return kilobytes === undefined ? null : Number(kilobytes) * 1024;
  } catch {
    return null;
  }
}

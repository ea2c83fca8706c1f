import { readFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryFolder } from "../support/binary.ts";

/** What one run of a program took. */
export interface ProgramRun {
  readonly seconds: number;
  readonly cpuSeconds: number;
  /** NaN where there is no `time` to measure it. */
  readonly peakMiB: number;
  /** Empty unless it was wanted. */
  readonly stdout: string;
}

/** Runs a program to its end; throws if it fails. What it prints is thrown away unless it is wanted. */
export function runProgram(command: readonly string[], wantsOutput: boolean): ProgramRun {
  using folder = temporaryFolder();
  const peak = join(folder.path, "peak");
  // `time` starts the program from a process of its own: a child of this one would begin with our peak.
  const meter = Bun.which("time") === null ? [] : ["time", "-f", "%M", "-o", peak];
  const start = Bun.nanoseconds();
  const { exitCode, stdout, stderr, resourceUsage } = Bun.spawnSync([...meter, ...command], {
    stdout: wantsOutput ? "pipe" : "ignore",
    stderr: "pipe",
    env: { ...process.env, TZ: "UTC" },
  });
  const seconds = (Bun.nanoseconds() - start) / 1e9;
  if (exitCode !== 0) throw new Error(`${command.join(" ")} ended with ${exitCode}: ${stderr}`);
  return {
    seconds,
    cpuSeconds: Number(resourceUsage.cpuTime.total) / 1e6,
    peakMiB: meter.length === 0 ? Number.NaN : Number(readFileSync(peak, "utf8")) / 1024,
    stdout: wantsOutput ? String(stdout) : "",
  };
}

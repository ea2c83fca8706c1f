/**
 * `bun run fault [SECONDS]`: the stress of rotation in full (30 s for each of four settings unless told
 * otherwise), and a rotation killed at each of its system calls. Prints figures; ends with 1 if
 * anything was lost, doubled or left behind.
 */
import { tmpdir } from "node:os";
import { killAtEachCall, killedCalls } from "./rotate_kill_points.ts";
import { findFaults, runRotateStress } from "./rotate_stress.ts";

const seconds = Number(process.argv[2] ?? 30);
const faults: string[] = [];
for (const parent of [tmpdir(), "/dev/shm"]) {
  for (const killShare of [0, 0.9]) {
    const figures = await runRotateStress({ seconds, killShare, parent });
    faults.push(...findFaults(figures));
    print({ parent, seconds, killShare, ...figures });
  }
}
if (Bun.which("strace") === null) {
  faults.push("NOT RUN: rotation killed at each system call: strace not installed");
} else {
  const figures = await killAtEachCall(tmpdir(), killedCalls);
  faults.push(...figures.failures);
  print(figures);
}
for (const fault of faults) process.stderr.write(`${fault}\n`);
process.exitCode = faults.length > 0 ? 1 : 0;

function print(figures: object): void {
  process.stdout.write(`${JSON.stringify(figures)}\n`);
}

/**
 * `bun run fault [SECONDS]`: writers of every kind under rotation, and rotation under kills, in full (30 s
 * for each of six settings unless told otherwise); then a rotation killed, or out of disk, at each of its
 * system calls; then watches, in a pipe and on a terminal, of a log that is rotated every second. Prints figures; ends with 1 if anything was lost, doubled or left behind.
 */
import { tmpdir } from "node:os";
import { runCrowdStress } from "./crowd_stress.ts";
import { breakAtEachCall, failingCalls, killedCalls } from "./rotate_kill_points.ts";
import { findFaults, runRotateStress } from "./rotate_stress.ts";
import { findWatchFaults, runWatchScreenStress } from "./watch_screen_stress.ts";
import { runWatchStress } from "./watch_stress.ts";

const seconds = Number(process.argv[2] ?? 30);
const faults: string[] = [];
for (const parent of [tmpdir(), "/dev/shm"]) {
  const crowd = await runCrowdStress(parent, seconds);
  faults.push(...findFaults(crowd));
  print({ parent, seconds, ...crowd });
  for (const killShare of [0, 0.9]) {
    const figures = await runRotateStress({ seconds, killShare, parent });
    faults.push(...findFaults(figures));
    print({ parent, seconds, killShare, ...figures });
  }
}
if (Bun.which("strace") === null) {
  faults.push("NOT RUN: rotation killed at each system call: strace not installed");
} else {
  for (const [calls, breakage] of [
    [killedCalls, "signal=KILL"],
    [failingCalls, "error=ENOSPC"],
  ] as const) {
    const figures = await breakAtEachCall(tmpdir(), calls, breakage);
    faults.push(...figures.failures);
    print({ breakage, ...figures });
  }
}
const watched = await runWatchStress(60);
faults.push(...watched.lost.map((id) => `watch did not tell ${id}`));
faults.push(...watched.doubled.map((id) => `watch told ${id} more than once`));
print(watched);
if (Bun.which("tmux") === null) faults.push("NOT RUN: watch on a terminal: tmux not installed");
else {
  const shown = await runWatchScreenStress(60);
  faults.push(...findWatchFaults(shown));
  print(shown);
}
for (const fault of faults) process.stderr.write(`${fault}\n`);
process.exitCode = faults.length > 0 ? 1 : 0;

function print(figures: object): void {
  process.stdout.write(`${JSON.stringify(figures)}\n`);
}

import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { binary } from "../support/binary.ts";
import { contentOf, logsIn, sampleLines, writeFiles } from "../support/rotation.ts";

/** The system calls that change something on disk, or wait for it; the run is killed at each of them. */
export const killedCalls = [
  "openat",
  "write",
  "fchmod",
  "fchown",
  "renameat2",
  "rename",
  "unlink",
  "fsync",
  "fcntl",
  "close",
] as const;

/** The system calls that can find the disk full. */
export const failingCalls = ["write", "fsync", "renameat2", "rename", "mkdir", "fchown"] as const;

/** What breaking a rotation at its system calls has shown. */
export interface KillPointFigures {
  /** Runs that were broken, by system call. */
  readonly broken: Readonly<Record<string, number>>;
  /** Places after which a line was lost, doubled or out of place, or the next run failed. */
  readonly failures: readonly string[];
}

const lines = sampleLines(300);
const older = sampleLines(50, 300);
/** More calls than any run makes. */
const maxCalls = 400;

/** What happens at a system call: the process is killed there, or told that the disk is full. */
export type Breakage = "signal=KILL" | "error=ENOSPC";

/**
 * Breaks a rotation (with retention, over an archive that is there already) at the first, second, third
 * … call of each kind, until it comes through; each time the next rotation must leave every line, once.
 * Needs strace.
 */
export async function breakAtEachCall(
  parent: string,
  calls: readonly string[],
  breakage: Breakage,
): Promise<KillPointFigures> {
  const folder = mkdtempSync(join(parent, "timmy-latency-kill-"));
  const broken: Record<string, number> = {};
  const failures: string[] = [];
  try {
    const template = await makeTemplate(folder);
    for (const call of calls) {
      broken[call] = 0;
      for (let at = 1; at <= maxCalls; at++) {
        const place = join(folder, `${call}-${at}`);
        mkdirSync(place);
        for (const name of template.names)
          copyFileSync(join(template.path, name), join(place, name));
        const code = await rotateBroken(place, call, at, breakage);
        if (code === 0) break;
        if (code !== (breakage === "signal=KILL" ? 137 : 5))
          failures.push(`${call} ${at}: ${code}`);
        broken[call]++;
        const failure = await examine(place);
        if (failure !== null) failures.push(`${call} ${at}: ${failure}`);
        rmSync(place, { recursive: true });
      }
    }
    return { broken, failures };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A folder with one listed archive and a log. */
async function makeTemplate(folder: string) {
  const path = join(folder, "template");
  mkdirSync(path);
  writeFiles(path, { "latency.log": older });
  await rotate(path);
  writeFiles(path, { "latency.log": lines });
  return { path, names: [...logsIn(path), "latency.manifest.ndjson"] };
}

async function rotate(folder: string): Promise<{ readonly code: number; readonly said: string }> {
  const log = join(folder, "latency.log");
  const child = Bun.spawn([binary, "rotate", "--log", log, "--keep", "5", "--yes"], {
    stdout: "ignore",
    stderr: "pipe",
  });
  const said = await new Response(child.stderr).text();
  return { code: await child.exited, said };
}

/** Runs a rotation that is broken at its `at`th call; returns its exit code, 137 if it was killed. */
async function rotateBroken(
  folder: string,
  call: string,
  at: number,
  breakage: Breakage,
): Promise<number> {
  const inject = ["-e", `trace=${call}`, "-e", `inject=${call}:${breakage}:when=${at}`];
  const rotation = [binary, "rotate", "--log", join(folder, "latency.log"), "--keep", "5", "--yes"];
  const child = Bun.spawn(["strace", "-f", "-qq", "-o", "/dev/null", ...inject, ...rotation], {
    stdout: "ignore",
    stderr: "ignore",
    env: { PATH: process.env["PATH"] ?? "" },
  });
  const code = await child.exited;
  return child.signalCode === "SIGKILL" ? 137 : code;
}

/** What is wrong after the next rotation, or null. */
async function examine(folder: string): Promise<string | null> {
  const { code, said } = await rotate(folder);
  if (code !== 0) return `the next rotation ended with ${code}: ${said}`;
  const names = logsIn(folder);
  const odd = names.filter((name) => !/^latency(-\d{8}T\d{6}Z-\d{4})?\.log(\.gz)?$/.test(name));
  if (odd.length > 0) return `left ${odd.join(", ")}`;
  const all = names.map((name) => contentOf(join(folder, name))).join("");
  return all === older + lines ? null : `${all.length} bytes in ${names.join(", ")}`;
}

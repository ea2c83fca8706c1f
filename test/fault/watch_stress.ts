import { readFileSync } from "node:fs";
import { join } from "node:path";
import { bareProcess, binary, run, temporaryFolder } from "../support/binary.ts";

/** What a watch of a busy log came to. */
export interface WatchFigures {
  readonly turns: number;
  readonly rotations: number;
  readonly clears: number;
  /** Turns that were never told, and those told more than once. */
  readonly lost: readonly string[];
  readonly doubled: readonly string[];
  /** CPU time over wall time, a fraction of one core. */
  readonly cpuShare: number;
}

const ticksPerSecond = 100;
/** A watch tells a turn two seconds after its end. */
export const settleMs = 4_000;

/** Watches a log in a pipe while it is disturbed: see `disturbLog`. */
export async function runWatchStress(seconds: number): Promise<WatchFigures> {
  using folder = temporaryFolder();
  const log = join(folder.path, "latency.log");
  const watch = Bun.spawn([binary, "watch", "--log", log, "--format", "ndjson", "--quiet"], {
    ...bareProcess({ cwd: folder.path }),
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const told = new Response(watch.stdout).text();
  const startedMs = performance.now();
  await Bun.sleep(500);
  const { ids, rotations, clears } = await disturbLog(log, seconds);
  await Bun.sleep(settleMs);
  const wallSeconds = (performance.now() - startedMs) / 1000;
  const cpuSeconds = cpuOf(watch.pid);
  watch.kill("SIGTERM");
  await watch.exited;
  const seen = (await told)
    .trim()
    .split("\n")
    .map((line) => (JSON.parse(line) as { readonly id: string }).id);
  const counts = new Map<string, number>();
  for (const id of seen) counts.set(id, (counts.get(id) ?? 0) + 1);
  return {
    turns: ids.length,
    rotations,
    clears,
    lost: ids.filter((id) => !counts.has(id)),
    doubled: ids.filter((id) => (counts.get(id) ?? 0) > 1),
    cpuShare: cpuSeconds / wallSeconds,
  };
}

/** What happened to a log, and the turns that were written to it. */
export interface Disturbance {
  readonly ids: readonly string[];
  readonly rotations: number;
  readonly clears: number;
}

/** Writes 200 events a second to a log, rotates it every second, and clears it once in the middle. */
export async function disturbLog(log: string, seconds: number): Promise<Disturbance> {
  const startedMs = performance.now();
  const writer = Bun.spawn(
    [process.execPath, join(import.meta.dir, "_watch_writer.ts"), log, "200", String(seconds)],
    { stdin: "ignore", stdout: "pipe", stderr: "inherit" },
  );
  const begun = new Response(writer.stdout).text();
  let [rotations, clears] = [0, 0];
  let isWriting = true;
  const written = writer.exited.then(() => {
    isWriting = false;
  });
  while (isWriting) {
    await Promise.race([written, Bun.sleep(1000)]);
    const isMiddle = clears === 0 && performance.now() - startedMs > seconds * 500;
    const word = isMiddle ? ["clear", "--yes"] : ["rotate", "--force"];
    const { code, stderr } = await run([...word, "--log", log, "--quiet"]);
    if (code !== 0) throw new Error(`${word.join(" ")} ended with ${code}: ${stderr}`);
    if (isMiddle) clears++;
    else rotations++;
  }
  return { ids: (await begun).trim().split("\n"), rotations, clears };
}

/** CPU seconds of a running process. */
export function cpuOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

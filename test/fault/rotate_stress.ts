/**
 * Writers that know nothing of rotation, a rotation every 50 ms, rotations killed at any moment, and
 * readers all the while. Afterwards every line must be there, once, in each writer's order.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync, zstdDecompressSync } from "node:zlib";
import { binary } from "../support/binary.ts";

/** How hard to try. */
export interface StressOptions {
  readonly seconds: number;
  /** Of all rotations, the part that is killed at a random moment. */
  readonly killShare: number;
  /** Where the log lies; a folder of its own is made in it. */
  readonly parent: string;
}

/** What was found in the log and its archives in the end. */
export interface LineCounts {
  readonly writers: number;
  readonly lines: number;
  readonly lost: number;
  readonly doubled: number;
  readonly disordered: number;
  readonly unreadable: number;
  readonly archives: number;
  /** Files that undisturbed rotations at the end did not tidy up. */
  readonly leftovers: readonly string[];
}

/** What came of it. */
export interface StressFigures extends LineCounts {
  /** Rotations that ended by themselves, were killed, or found the lock taken. */
  readonly rotations: number;
  readonly killed: number;
  readonly busy: number;
  /** Runs of `analyze` over the folder meanwhile, and those that saw fewer events than one before. */
  readonly readings: number;
  readonly shrunkenReadings: number;
  /** Exit codes and messages that should not have been. */
  readonly surprises: readonly string[];
}

const bashWriter = `
id=$1; log=$2; stop=$3; n=0
while [ ! -e "$stop" ]; do
  n=$((n+1)); t=\${EPOCHREALTIME/,/.}
  printf '{"timestamp": %s, "iso_time": "x", "request_id": "%s", "service": "bash", "event": "tick", "metadata": {"n": %d}}\\n' "$t" "$id" "$n" >> "$log"
done
echo "$n"`;

const pythonWriter = `
import json, os, sys, time
id, log, stop = sys.argv[1:4]
n = 0
while not os.path.exists(stop):
    n += 1
    line = json.dumps({"timestamp": time.time(), "iso_time": "x", "request_id": id, "service": "python", "event": "tick", "metadata": {"n": n}}) + "\\n"
    with open(log, "a") as file:
        file.write(line)
        if n % 50 == 0:
            file.flush()
            time.sleep(0.02)
print(n)`;

const bunWriter = `
const { existsSync } = require("node:fs");
const { appendLines } = await import(process.argv[4]);
const [id, log, stop] = process.argv.slice(1, 4);
let n = 0;
while (!existsSync(stop)) {
  n++;
  appendLines(log, '{"timestamp": ' + (Date.now() / 1000).toFixed(6) + ', "iso_time": "x", "request_id": "' + id + '", "service": "bun", "event": "tick", "metadata": {"n": ' + n + '}}\\n');
}
console.log(n);`;

const binaryWriter = `
id=$1; log=$2; stop=$3; n=0
while [ ! -e "$stop" ]; do
  n=$((n+1)); "$4" log "$id" binary tick --meta n=$n --log "$log" --strict || exit 1
done
echo "$n"`;

/** Runs the stress and counts what came of it. */
export async function runRotateStress(options: StressOptions): Promise<StressFigures> {
  const folder = mkdtempSync(join(options.parent, "timmy-latency-stress-"));
  const stop = `${folder}.stop`;
  const log = join(folder, "latency.log");
  writeFileSync(log, "");
  const writers = startWriters(log, stop);
  try {
    const rotating = rotateFor(log, options);
    const reading = readFor(folder, options.seconds);
    const [rotations, readings] = await Promise.all([rotating, reading]);
    writeFileSync(stop, "");
    const written = new Map<string, number>();
    for (const { id, child } of writers) {
      written.set(id, Number(await new Response(child.stdout).text()));
      if ((await child.exited) !== 0) rotations.surprises.push(`writer ${id} ended with an error`);
    }
    rotations.surprises.push(...(await lastRotations(log)));
    return { ...rotations, ...readings, ...countLines(folder, written) };
  } finally {
    writeFileSync(stop, "");
    for (const { child } of writers) {
      child.kill("SIGKILL");
      await child.exited;
    }
    rmSync(folder, { recursive: true, force: true });
    rmSync(stop, { force: true });
  }
}

/** Three rotations that nobody disturbs; returns what went wrong with them. */
export async function lastRotations(log: string): Promise<string[]> {
  const surprises: string[] = [];
  for (let round = 0; round < 3; round++) {
    const last = Bun.spawn([binary, "rotate", "--log", log], { stdout: "ignore", stderr: "pipe" });
    const said = await new Response(last.stderr).text();
    if ((await last.exited) !== 0) surprises.push(`last rotation: ${said}`);
  }
  return surprises;
}

function startWriters(log: string, stop: string) {
  const append = join(import.meta.dir, "..", "..", "lib", "log", "append.ts");
  const commands = [
    ...Array.from({ length: 4 }, () => (id: string) => ["bash", "-c", bashWriter, "-", id]),
    ...Array.from({ length: 3 }, () => (id: string) => ["python3", "-c", pythonWriter, id]),
    ...Array.from({ length: 2 }, () => (id: string) => [process.execPath, "-e", bunWriter, id]),
    ...Array.from({ length: 3 }, () => (id: string) => ["bash", "-c", binaryWriter, "-", id]),
  ];
  return commands.map((command, index) => {
    const id = `writer${String(index).padStart(2, "0")}`;
    const [program = ""] = command(id);
    const last = program === process.execPath ? append : binary;
    // Writers that are often preempted stand longer between opening the log and writing to it.
    const child = Bun.spawn(["nice", "-n", "19", ...command(id), log, stop, last], {
      stdout: "pipe",
      stderr: "ignore",
      stdin: "ignore",
    });
    return { id, child };
  });
}

/** Rotates every 50 ms, now and then twice at once, and kills as many as it is told. */
export async function rotateFor(log: string, { seconds, killShare }: StressOptions) {
  const end = performance.now() + seconds * 1000;
  const counts = { rotations: 0, killed: 0, busy: 0, surprises: [] as string[] };
  const packings = ["gzip", "zstd", "none"];
  const one = async () => {
    const packing = packings[Math.floor(Math.random() * packings.length)] ?? "gzip";
    const child = Bun.spawn([binary, "rotate", "--log", log, "--compress", packing], {
      stdout: "ignore",
      stderr: "pipe",
      stdin: "ignore",
    });
    if (Math.random() < killShare) {
      await Bun.sleep(Math.random() * 250);
      child.kill("SIGKILL");
    }
    const said = await new Response(child.stderr).text();
    const code = await child.exited;
    if (child.signalCode === "SIGKILL") counts.killed++;
    else if (code === 0) counts.rotations++;
    else if (code === 3) counts.busy++;
    else counts.surprises.push(`rotate ended with ${code}: ${said}`);
  };
  while (performance.now() < end) {
    const started = [one()];
    if (Math.random() < 0.2) started.push(one());
    await Promise.all(started);
    await Bun.sleep(50);
  }
  return counts;
}

/** Lines are only ever added, so that each reading must find at least as many as the one before. */
export async function readFor(folder: string, seconds: number) {
  const end = performance.now() + seconds * 1000;
  const counts = { readings: 0, shrunkenReadings: 0 };
  let before = 0;
  while (performance.now() < end) {
    const child = Bun.spawn([binary, "analyze", folder, "--summary", "--format", "json"], {
      stdout: "pipe",
      stderr: "ignore",
    });
    const text = await new Response(child.stdout).text();
    await child.exited;
    const { log } = JSON.parse(text) as { log: { events: number } | null };
    counts.readings++;
    if (log === null || log.events < before) counts.shrunkenReadings++;
    before = Math.max(before, log?.events ?? 0);
    await Bun.sleep(500);
  }
  return counts;
}

/**
 * Counts the lines of all archives and of the log, each of which must be an event, against how many
 * each writer has `written`.
 */
export function countLines(folder: string, written: ReadonlyMap<string, number>): LineCounts {
  const names = readdirSync(folder).sort();
  const isHelper = (name: string) => /\.lock$|\.manifest\.ndjson$/.test(name);
  const archives = names.filter((name) => /\.log(\.gz|\.zst)?$/.test(name));
  const latest = new Map<string, number>();
  const seen = new Map<string, Set<number>>();
  const counts = { lines: 0, lost: 0, doubled: 0, disordered: 0, unreadable: 0 };
  for (const name of archives) {
    for (const line of unpack(join(folder, name)).split("\n")) {
      if (line === "") continue;
      counts.lines++;
      const found = /"request_id": "(\w+)".*"n": (\d+)\}\}$/.exec(line);
      if (found === null || !isJson(line)) {
        counts.unreadable++;
        continue;
      }
      const [, id = "", number = ""] = found;
      const n = Number(number);
      const numbers = seen.get(id) ?? new Set();
      seen.set(id, numbers);
      if (numbers.has(n)) counts.doubled++;
      else if (n < (latest.get(id) ?? 0)) counts.disordered++;
      numbers.add(n);
      latest.set(id, Math.max(n, latest.get(id) ?? 0));
    }
  }
  for (const [id, last] of written) counts.lost += last - (seen.get(id)?.size ?? 0);
  const leftovers = names.filter((name) => !isHelper(name) && !archives.includes(name));
  return { ...counts, writers: written.size, archives: archives.length - 1, leftovers };
}

function isJson(line: string): boolean {
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}

function unpack(path: string): string {
  const bytes = readFileSync(path);
  if (path.endsWith(".gz")) return gunzipSync(bytes).toString();
  return (path.endsWith(".zst") ? zstdDecompressSync(bytes) : bytes).toString();
}

/** What is wrong with the figures of a run, in words; empty if all is well. */
export function findFaults(
  figures: LineCounts & Pick<StressFigures, "shrunkenReadings" | "surprises">,
): string[] {
  const { lost, doubled, disordered, unreadable, shrunkenReadings } = figures;
  const counts = { lost, doubled, disordered, unreadable, shrunkenReadings };
  return [
    ...Object.entries(counts).flatMap(([name, count]) => (count > 0 ? [`${count} ${name}`] : [])),
    ...figures.surprises,
    ...figures.leftovers.map((name) => `left ${name}`),
  ];
}

/**
 * `bun run bench summary [--size 100M|1G|4G]`: whole runs of `analyze --summary` beside those of other
 * programs over the same log, in turns. They compute less: steps and totals, where `analyze` also finds
 * spans, gaps, figures and problems. Prints a table as the README has it.
 */
import { readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { cpus } from "node:os";
import { join } from "node:path";
import { binary, temporaryFolder } from "../support/binary.ts";
import { generateLog, type LogWishes } from "./_generate_log.ts";
import type { PeerAnswer } from "./_peers/_steps.ts";
import { median } from "./_quantile.ts";

/** A program that reads a log. */
interface Program {
  readonly name: string;
  readonly command: (log: string) => readonly string[];
  /** What it found out; null for one that only reads. */
  readonly answer: ((stdout: string) => PeerAnswer) | null;
  /** It is not asked to read more than that. */
  readonly mostBytes: number;
}

/** What one run took. */
interface Run {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakMiB: number;
}

const pairs = 7;
/** Of programs that take longer only so many pairs are run. */
const patienceSeconds = 6;
const slowPairs = 2;
const peers = join(import.meta.dir, "_peers");

const ours: Program = {
  name: "timmy-latency analyze --summary, 1 thread",
  command: (log) => [binary, "analyze", "--summary", "--format", "json", "--threads", "1", log],
  answer: (stdout) => {
    const { summary } = JSON.parse(stdout);
    const steps = Object.values(summary.steps as Record<string, { readonly n: number }>);
    const samples = steps.reduce((sum, { n }) => sum + n, 0);
    return { requests: summary.figures.total.n, steps: steps.length, samples };
  },
  mostBytes: Number.POSITIVE_INFINITY,
};

/** Programs to compare with, and what is missing of those that cannot run here. */
function findPeers(folder: string): { readonly programs: Program[]; readonly missing: string[] } {
  const missing: string[] = [];
  const answer = (stdout: string) => JSON.parse(stdout) as PeerAnswer;
  const anySize = Number.POSITIVE_INFINITY;
  const programs: Program[] = [
    { name: "wc -l", command: (log) => ["wc", "-l", log], answer: null, mostBytes: anySize },
  ];
  const duckdb = join(peers, "duckdb.ts");
  if (isInstalled("@duckdb/node-api")) {
    for (const threads of ["2", "1"]) {
      programs.push({
        name: `DuckDB, ${threads} ${threads === "1" ? "thread" : "threads"}`,
        command: (log) => [process.execPath, duckdb, log, threads],
        answer,
        mostBytes: anySize,
      });
    }
  } else missing.push("DuckDB: bun add --no-save @duckdb/node-api@1.5.6-r.1");
  programs.push({
    name: "Bun.JSONL.parseChunk",
    command: (log) => [process.execPath, join(peers, "jsonl.ts"), log],
    answer,
    mostBytes: 1.1e9,
  });
  const node = Bun.which("node");
  const bundle = join(folder, "ndjson.js");
  if (node !== null) {
    const build = ["build", join(peers, "ndjson.ts"), "--target=node", "--outfile", bundle];
    const { exitCode, stderr } = Bun.spawnSync([process.execPath, ...build]);
    if (exitCode !== 0) throw new Error(`Cannot bundle ndjson for Node: ${stderr}`);
    programs.push({
      name: "Node, package ndjson",
      command: (log) => [node, "--max-old-space-size=8192", bundle, log],
      answer,
      mostBytes: 1.1e9,
    });
  } else missing.push("Node: not installed");
  if (Bun.which("jq") !== null) {
    const script = join(peers, "steps.jq");
    const command = (log: string) => ["jq", "-nc", "-f", script, log];
    programs.push({ name: "jq", command, answer, mostBytes: 1.1e8 });
  } else missing.push("jq: not installed");
  return { programs, missing };
}

function isInstalled(name: string): boolean {
  try {
    createRequire(import.meta.url).resolve(name);
    return true;
  } catch {
    return false;
  }
}

/** Runs a program once and checks its answer. */
function runOnce(program: Program, log: string, wanted: PeerAnswer | null): Run & { said: string } {
  using folder = temporaryFolder();
  const peak = join(folder.path, "peak");
  // `time` starts the program from a process of its own: a child of this one would begin with our peak.
  const meter = Bun.which("time") === null ? [] : ["time", "-f", "%M", "-o", peak];
  const start = Bun.nanoseconds();
  const { exitCode, stdout, stderr, resourceUsage } = Bun.spawnSync(
    [...meter, ...program.command(log)],
    { stdout: "pipe", stderr: "pipe", env: { ...process.env, TZ: "UTC" } },
  );
  const seconds = (Bun.nanoseconds() - start) / 1e9;
  const said = String(stdout);
  if (exitCode !== 0) throw new Error(`${program.name} ended with ${exitCode}: ${stderr}`);
  if (wanted !== null && program.answer !== null) {
    const found = program.answer(said);
    if (!Bun.deepEquals(found, wanted)) {
      throw new Error(`${program.name} found ${JSON.stringify(found)}: ${JSON.stringify(wanted)}`);
    }
  }
  return {
    seconds,
    cpuSeconds: Number(resourceUsage.cpuTime.total) / 1e6,
    peakMiB: meter.length === 0 ? Number.NaN : Number(readFileSync(peak, "utf8")) / 1024,
    said,
  };
}

/** Runs two programs in turns, ours first; the first pair only warms the machine if it is quick. */
function compare(program: Program, log: string, wanted: PeerAnswer): [mine: Run[], theirs: Run[]] {
  const mine = [runOnce(ours, log, wanted)];
  const theirs = [runOnce(program, log, wanted)];
  const isSlow = (theirs[0]?.seconds ?? 0) > patienceSeconds;
  if (!isSlow) mine.length = theirs.length = 0;
  while (theirs.length < (isSlow ? slowPairs : pairs)) {
    mine.push(runOnce(ours, log, wanted));
    theirs.push(runOnce(program, log, wanted));
  }
  return [mine, theirs];
}

const measures = [
  (run: Run) => run.seconds,
  (run: Run) => run.cpuSeconds,
  (run: Run) => run.peakMiB,
] as const;

/** One line of the table: medians, and medians of the ratios of each pair. */
function row(
  name: string,
  bytes: number,
  runs: readonly Run[],
  base: readonly Run[] | null,
): string {
  const [seconds = 0, cpu = 0, peak = 0] = measures.map((of) => median(runs.map(of)));
  const ratios = measures.map((of) =>
    base === null
      ? "1"
      : median(runs.map((run, at) => of(run) / of(base[at] ?? run))).toPrecision(2),
  );
  const figures = [
    seconds.toFixed(3),
    cpu.toFixed(3),
    peak.toFixed(0),
    (bytes / 1e9 / seconds).toFixed(2),
  ];
  return `| ${[name, ...figures, ...ratios, runs.length].join(" | ")} |`;
}

const heading = [
  "| program | wall s | CPU s | peak MiB | GB/s | wall × | CPU × | memory × | runs |",
  "|---|---|---|---|---|---|---|---|---|",
];

/** Prints what the programs take for a log of the usual kind, and what odd lines and crowds cost. */
export async function run(args: readonly string[] = []): Promise<void> {
  const bytes = sizeOf(args);
  using folder = temporaryFolder();
  const log = join(folder.path, "latency.log");
  const print = (line: string) => process.stdout.write(`${line}\n`);
  const usual: LogWishes = { bytes, concurrency: 3, oddPercent: 0 };
  const { lines, requests } = generateLog(log, usual);
  print(`${new Date().toISOString().slice(0, 10)}, ${cpus().length} cores, Bun ${Bun.version}:`);
  print(`${statSync(log).size} bytes, ${lines} events, ${requests} requests, warm cache;`);
  print("medians, and medians of the ratios of neighbouring runs\n");
  const first = runOnce(ours, log, null);
  const wanted = ours.answer?.(first.said);
  if (wanted?.requests !== requests) throw new Error(`${wanted?.requests} requests of ${requests}`);
  for (const line of heading) print(line);
  const { programs, missing } = findPeers(folder.path);
  const usualRuns: Run[] = [];
  for (const program of programs) {
    if (bytes > program.mostBytes) {
      missing.push(`${program.name}: too slow, or too large, for so much`);
      continue;
    }
    const [mine, theirs] = compare(program, log, wanted);
    if (usualRuns.length === 0) print(row(ours.name, bytes, mine, null));
    usualRuns.push(...mine);
    print(row(program.name, bytes, theirs, mine));
  }
  for (const [name, wishes] of [
    ["the same, 10 % odd lines", { oddPercent: 10 }],
    ["the same, all lines odd", { oddPercent: 100 }],
    ["the same, 300 requests at a time", { concurrency: 300 }],
  ] as const) {
    const other = join(folder.path, "other.log");
    generateLog(other, { ...usual, ...wishes });
    runOnce(ours, other, null);
    const base: Run[] = [];
    const runs: Run[] = [];
    for (let pair = 0; pair < 5; pair++) {
      base.push(runOnce(ours, log, wanted));
      runs.push(runOnce(ours, other, null));
    }
    print(row(name, bytes, runs, base));
  }
  for (const reason of missing) print(`NOT RUN: ${reason}`);
}

function sizeOf(args: readonly string[]): number {
  const at = args.indexOf("--size");
  const match = /^(\d+)([MG])$/.exec(at < 0 ? "100M" : (args[at + 1] ?? ""));
  if (match === null) throw new Error("Write --size as 100M or 1G");
  return Number(match[1]) * (match[2] === "G" ? 1e9 : 1e6);
}

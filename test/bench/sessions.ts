/**
 * `bun run bench sessions [--size 100M|1G]`: whole runs of `sessions` beside DuckDB over the same log, in
 * turns, and beside itself by the plain way. DuckDB computes less: no playback, no cache verdict, and in
 * the first of its two forms no turns, of which `sessions` writes every one. Prints a table as the README
 * has it.
 */
import { readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { cpus } from "node:os";
import { join } from "node:path";
import { binary, temporaryFolder } from "../support/binary.ts";
import { generateLog } from "./_generate_log.ts";
import { median } from "./_quantile.ts";
import { type ProgramRun, runProgram } from "./_run.ts";

/** A program and how it is told to read a log. */
interface Program {
  readonly name: string;
  readonly command: (log: string) => readonly string[];
}

const pairs = 7;
/** Of programs that take longer only so many pairs are run. */
const patienceSeconds = 6;
const slowPairs = 2;

const ours: Program = {
  name: "timmy-latency sessions --format json",
  command: (log) => [binary, "sessions", "--format", "json", log],
};
const others: readonly Program[] = [
  {
    name: "the same as text",
    command: (log) => [binary, "sessions", log],
  },
  {
    name: "the same by the plain way",
    // Lines of such a length are left to it.
    command: (log) => [...ours.command(log), "--max-line", "17M"],
  },
];

const peer = join(import.meta.dir, "_peers", "duckdb_sessions.ts");
const duckdb =
  (threads: string, form: string, out = "/dev/null") =>
  (log: string) => [...[process.execPath, peer, log, threads, form, out]];
const duckdbs: readonly Program[] = ["2", "1"].flatMap((threads) => {
  const name = `DuckDB, ${threads} ${threads === "1" ? "thread" : "threads"}`;
  return [
    { name, command: duckdb(threads, "figures") },
    { name: `${name}, with turns`, command: duckdb(threads, "turns") },
  ];
});

const measures = [
  (run: ProgramRun) => run.seconds,
  (run: ProgramRun) => run.cpuSeconds,
  (run: ProgramRun) => run.peakMiB,
] as const;

/** One line of the table: medians, and medians of the ratios of each pair. */
function row(name: string, runs: readonly ProgramRun[], base: readonly ProgramRun[] | null) {
  const figures = measures.map((of, index) => median(runs.map(of)).toFixed(index === 2 ? 0 : 3));
  const ratios = measures.map((of) =>
    base === null
      ? "1"
      : median(runs.map((run, at) => of(run) / of(base[at] ?? run))).toPrecision(2),
  );
  return `| ${[name, ...figures, ...ratios, runs.length].join(" | ")} |`;
}

/** Prints what conversations take, for a log of the usual kind. */
export async function run(args: readonly string[] = []): Promise<void> {
  const bytes = sizeOf(args);
  using folder = temporaryFolder();
  const log = join(folder.path, "latency.log");
  const print = (line: string) => process.stdout.write(`${line}\n`);
  const { lines, requests } = generateLog(log, { bytes, concurrency: 3, oddPercent: 0 });
  print(`${new Date().toISOString().slice(0, 10)}, ${cpus().length} cores, Bun ${Bun.version}:`);
  print(`${statSync(log).size} bytes, ${lines} events, ${requests} requests, warm cache;`);
  print("medians, and medians of the ratios of neighbouring runs\n");
  const found = JSON.parse(runProgram(ours.command(log), true).stdout);
  const turns = found.sessions.reduce(
    (sum: number, session: { readonly requests: number }) => sum + session.requests,
    0,
  );
  if (turns !== requests) throw new Error(`${turns} turns of ${requests} requests`);
  const hasDuckdb = isInstalled("@duckdb/node-api");
  if (hasDuckdb) {
    const out = join(folder.path, "count.json");
    runProgram(duckdb("2", "count", out)(log), false);
    const said = JSON.parse(readFileSync(out, "utf8"));
    const isSame = said.requests === requests && said.sessions === found.sessions.length;
    if (!isSame) throw new Error(`DuckDB found ${JSON.stringify(said)}`);
  }
  print("| program | wall s | CPU s | peak MiB | wall × | CPU × | memory × | runs |");
  print("|---|---|---|---|---|---|---|---|");
  let isFirst = true;
  for (const program of [...(hasDuckdb ? duckdbs : []), ...others]) {
    const [mine, theirs] = compare(program, log);
    if (isFirst) print(row(ours.name, mine, null));
    isFirst = false;
    print(row(program.name, theirs, mine));
  }
  if (!hasDuckdb) print("NOT RUN: DuckDB: bun add --no-save @duckdb/node-api@1.5.6-r.1");
}

/** Runs two programs in turns, ours first; the first pair only warms the machine if it is quick. */
function compare(program: Program, log: string): [mine: ProgramRun[], theirs: ProgramRun[]] {
  const runOf = ({ command }: Program) => runProgram(command(log), false);
  const mine = [runOf(ours)];
  const theirs = [runOf(program)];
  const isSlow = (theirs[0]?.seconds ?? 0) > patienceSeconds;
  if (!isSlow) mine.length = theirs.length = 0;
  while (theirs.length < (isSlow ? slowPairs : pairs)) {
    mine.push(runOf(ours));
    theirs.push(runOf(program));
  }
  return [mine, theirs];
}

function isInstalled(name: string): boolean {
  try {
    createRequire(import.meta.url).resolve(name);
    return true;
  } catch {
    return false;
  }
}

function sizeOf(args: readonly string[]): number {
  const at = args.indexOf("--size");
  const match = /^(\d+)([MG])$/.exec(at < 0 ? "100M" : (args[at + 1] ?? ""));
  if (match === null) throw new Error("Write --size as 100M or 1G");
  return Number(match[1]) * (match[2] === "G" ? 1e9 : 1e6);
}

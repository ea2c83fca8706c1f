/**
 * `bun run bench odd [--size 100M|1G]`: what lines that are not of the canonical layout cost `analyze
 * --summary`, in turns with a clean log of the same size, and all lines odd beside `Bun.JSONL`.
 */
import { join } from "node:path";
import { binary, temporaryFolder } from "../support/binary.ts";
import { generateLog, type Oddity } from "./_generate_log.ts";
import { median } from "./_quantile.ts";
import { type ProgramRun, runProgram } from "./_run.ts";

const rounds = 5;
const kinds: readonly (readonly [Oddity, number])[] = [
  ["extra key", 10],
  ["escaped key", 10],
  ["wrong field", 10],
  ["torn", 10],
  ["torn and glued", 10],
  ["extra key", 100],
  ["escaped key", 100],
];
const jsonl = join(import.meta.dir, "_peers", "jsonl.ts");
const ours = (log: string) => {
  const options = ["--summary", "--format", "json", "--threads", "1"];
  return [binary, "analyze", ...options, log];
};

/** Prints for each kind of oddity the medians, and the medians of the ratios of neighbouring runs. */
export async function run(args: readonly string[] = []): Promise<void> {
  const bytes = sizeOf(args);
  using folder = temporaryFolder();
  const [clean, odd] = ["clean.log", "odd.log"].map((name) => join(folder.path, name)) as [
    string,
    string,
  ];
  generateLog(clean, { bytes, concurrency: 3, oddPercent: 0 });
  process.stdout.write("| log | wall s | CPU s | peak MiB | against | wall × | CPU × |\n");
  process.stdout.write("|---|---|---|---|---|---|---|\n");
  for (const [oddity, oddPercent] of kinds) {
    generateLog(odd, { bytes, concurrency: 3, oddPercent, oddity });
    const name = `${oddPercent} % ${oddity}`;
    print(name, "a clean log", inTurns(ours(odd), ours(clean)));
    if (oddPercent < 100) continue;
    print(name, "Bun.JSONL, the same log", inTurns(ours(odd), [process.execPath, jsonl, odd]));
  }
}

function inTurns(
  mine: readonly string[],
  theirs: readonly string[],
): (readonly [ProgramRun, ProgramRun])[] {
  runProgram(mine, false);
  runProgram(theirs, false);
  return Array.from(
    { length: rounds },
    () => [runProgram(mine, false), runProgram(theirs, false)] as const,
  );
}

function print(
  name: string,
  against: string,
  runs: readonly (readonly [ProgramRun, ProgramRun])[],
): void {
  const middle = (of: (mine: ProgramRun, theirs: ProgramRun) => number) =>
    median(runs.map(([mine, theirs]) => of(mine, theirs)));
  const figures = [
    middle(({ seconds }) => seconds).toFixed(3),
    middle(({ cpuSeconds }) => cpuSeconds).toFixed(3),
    middle(({ peakMiB }) => peakMiB).toFixed(0),
    against,
    middle((mine, theirs) => mine.seconds / theirs.seconds).toFixed(2),
    middle((mine, theirs) => mine.cpuSeconds / theirs.cpuSeconds).toFixed(2),
  ];
  process.stdout.write(`| ${[name, ...figures].join(" | ")} |\n`);
}

function sizeOf(args: readonly string[]): number {
  const at = args.indexOf("--size");
  const match = /^(\d+)([MG])$/.exec(at < 0 ? "100M" : (args[at + 1] ?? ""));
  if (match === null) throw new Error("Write --size as 100M or 1G");
  return Number(match[1]) * (match[2] === "G" ? 1e9 : 1e6);
}

/**
 * `bun run bench ask [--size 100M|1G]`: how long questions take of a log in ClickHouse, on two shards of
 * this machine, against the log itself, and what they cost this side; and whether both say the same.
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { requireSize } from "../../lib/units/size.ts";
import { binary, temporaryFolder } from "../support/binary.ts";
import { clickHouseTools, clusterName, startClickHouse } from "../support/clickhouse.ts";
import { generateLog } from "./_generate_log.ts";
import { compareInTurns } from "./_interleave.ts";
import { type ProgramRun, runProgram } from "./_run.ts";

const rounds = 5;

const questions: readonly (readonly string[])[] = [
  ["analyze", "--summary"],
  // All requests fit, but they have to come here to be looked at.
  ["analyze", "--summary", "--service", "stt"],
  ["sessions"],
  ["check", "--budget", "llm.p50<1h", "--budget", "problems<1%"],
  ["analyze", "--tail", "5"],
];

/** Prints the figures, or why there are none. */
export async function run(options: readonly string[]): Promise<void> {
  const { values } = parseArgs({ args: [...options], options: { size: { type: "string" } } });
  const bytes = requireSize(values.size ?? "100M", "--size");
  const missing = clickHouseTools.filter((tool) => Bun.which(tool) === null);
  if (missing.length > 0) {
    process.stdout.write(`  NOT RUN: ${missing.join(", ")} not installed\n`);
    return;
  }
  using folder = temporaryFolder();
  const log = join(folder.path, "latency.log");
  const written = generateLog(log, { bytes, concurrency: 3, oddPercent: 0 });
  await using servers = await startClickHouse({ shards: 2 });
  for (const server of servers.shards) {
    const init = ["--init", "--cluster", clusterName];
    runProgram([binary, "export", "--to", server.address("latency"), ...init], false);
  }
  const there = servers.first.address("latency");
  runProgram([binary, "export", "--to", there, log, "--quiet"], false);
  process.stdout.write(`  ${(written.bytes / 1e6).toFixed(0)} MB, ${written.requests} requests\n`);
  for (const question of questions) await compare(question, log, there);
}

async function compare(question: readonly string[], log: string, there: string): Promise<void> {
  const runs = new Map<string, ProgramRun[]>([log, there].map((name) => [name, []]));
  const measure = (name: string) => () => {
    const one = runProgram([binary, ...question, name], true);
    runs.get(name)?.push(one);
    return one.seconds;
  };
  const [file, server] = [runs.get(log) ?? [], runs.get(there) ?? []];
  process.stdout.write(`  ${question.join(" ")}\n`);
  await compareInTurns(
    [
      { name: "  the file", measure: measure(log) },
      { name: "  ClickHouse", measure: measure(there) },
    ],
    rounds,
    "s",
  );
  const cost = (all: readonly ProgramRun[]) => {
    const cpu = all.map((one) => one.cpuSeconds).sort((a, b) => a - b)[all.length >> 1];
    const peak = Math.max(...all.map((one) => one.peakMiB));
    return `CPU ${cpu?.toFixed(2)} s, peak ${peak.toFixed(0)} MiB`;
  };
  const apart = linesApart(file[0]?.stdout ?? "", server[0]?.stdout ?? "");
  process.stdout.write(`    ${cost(file)}; ClickHouse: ${cost(server)}; ${apart}\n`);
}

function linesApart(one: string, other: string): string {
  if (one === other) return `the same ${one.length} characters`;
  const [left, right] = [one.split("\n"), other.split("\n")];
  const apart = left.filter((line, index) => line !== right[index]).length;
  return `${apart} of ${left.length} lines differ`;
}

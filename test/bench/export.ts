/**
 * `bun run bench export [--size 100M|1G]`: the peak of memory and the time of `export` in each format, to
 * a file, over a made-up log; OTLP also to a collector in this process that takes everything. The bytes
 * that come out are those that go in, several times over: what counts is that the peak does not grow.
 */
import { statSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { requireSize } from "../../lib/units/size.ts";
import { binary, temporaryFolder } from "../support/binary.ts";
import { answering, startCollector } from "../support/collector.ts";
import { peakUntilExit } from "../support/peak_memory.ts";
import { generateLog } from "./_generate_log.ts";

const formats: readonly (readonly string[])[] = [
  ["--to", "ndjson"],
  ["--to", "ndjson", "--requests"],
  ["--to", "csv"],
  ["--to", "csv", "--rows", "spans"],
  ["--to", "csv", "--rows", "events"],
  ["--to", "chrome"],
  ["--to", "otlp"],
];

async function measure(args: readonly string[], log: string, out: string | null): Promise<void> {
  const start = Bun.nanoseconds();
  const target = out === null ? [] : ["-o", out];
  const child = Bun.spawn([binary, "export", ...args, log, ...target, "--quiet"], {
    stdout: "ignore",
    stderr: "inherit",
  });
  const peakBytes = await peakUntilExit(child);
  const seconds = (Bun.nanoseconds() - start) / 1e9;
  if (child.exitCode !== 0) throw new Error(`Cannot export ${args.join(" ")}`);
  const cpuSeconds = Number(child.resourceUsage()?.cpuTime.total ?? 0n) / 1e6;
  const written = out === null ? "" : `, ${(statSync(out).size / 1e6).toFixed(0)} MB written`;
  process.stdout.write(
    `  ${args.join(" ").padEnd(36)} ${(peakBytes / 2 ** 20).toFixed(0).padStart(4)} MiB, ` +
      `${seconds.toFixed(1)} s (CPU ${cpuSeconds.toFixed(1)} s)${written}\n`,
  );
}

/** Prints a row for each format. */
export async function run(options: readonly string[]): Promise<void> {
  const { values } = parseArgs({ args: [...options], options: { size: { type: "string" } } });
  const bytes = requireSize(values.size ?? "100M", "--size");
  using folder = temporaryFolder();
  const log = join(folder.path, "latency.log");
  const written = generateLog(log, { bytes, concurrency: 3, oddPercent: 0 });
  process.stdout.write(`  ${(written.bytes / 1e6).toFixed(0)} MB, ${written.requests} requests\n`);
  for (const args of formats) {
    await measure(args, log, join(folder.path, "out"));
  }
  // What it received would count as ours if it were kept.
  using collector = startCollector(answering(200));
  await measure(["--to", "otlp", "--post", collector.url], log, null);
}

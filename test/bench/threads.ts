/**
 * `bun run bench threads [--size 1G|4G]`: whole runs of the words that threads can help, with one thread
 * and with two, in turns, over a log of the usual kind: wall time, CPU time, peak memory. Half the wall time
 * is all that a second core can give; what else the machine does meanwhile takes from that.
 */
import { readFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { binary, temporaryFolder } from "../support/binary.ts";
import { generateLog } from "./_generate_log.ts";
import { median } from "./_quantile.ts";

/** What one run took. */
interface Run {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakMiB: number;
}

const pairs = 9;
const measures = [
  ["wall s", (run: Run) => run.seconds],
  ["CPU s", (run: Run) => run.cpuSeconds],
  ["peak MiB", (run: Run) => run.peakMiB],
] as const;

const words: readonly (readonly string[])[] = [
  ["analyze", "--summary", "--format", "json"],
  ["sessions", "--format", "json"],
  ["report", "-o", "-"],
];

type Said = Run & { readonly said: string };

function runOnce(word: readonly string[], log: string, threads: number, peak: string): Said {
  // `time` starts the program from a process of its own: a child of this one would begin with our peak.
  const meter = Bun.which("time") === null ? [] : ["time", "-f", "%M", "-o", peak];
  const command = [binary, ...word, "--threads", `${threads}`];
  const start = Bun.nanoseconds();
  const { exitCode, stdout, stderr, resourceUsage } = Bun.spawnSync([...meter, ...command, log], {
    stdout: "pipe",
    stderr: "pipe",
  });
  const seconds = (Bun.nanoseconds() - start) / 1e9;
  if (exitCode !== 0) throw new Error(`${threads} threads ended with ${exitCode}: ${stderr}`);
  return {
    seconds,
    cpuSeconds: Number(resourceUsage.cpuTime.total) / 1e6,
    peakMiB: meter.length === 0 ? Number.NaN : Number(readFileSync(peak, "utf8")) / 1024,
    // A page tells when it was written.
    said: String(stdout).replace(/written [-\d]+ [:\d]+/, ""),
  };
}

/** Prints what one thread and two take for the same log, and the medians of the ratios of each pair. */
export function run(args: readonly string[] = []): void {
  const bytes = sizeOf(args);
  using folder = temporaryFolder();
  const log = join(folder.path, "latency.log");
  const peak = join(folder.path, "peak");
  const written = generateLog(log, { bytes, concurrency: 3, oddPercent: 0 });
  const date = new Date().toISOString().slice(0, 10);
  process.stdout.write(
    `  ${date}, ${cpus().length} cores, ${written.bytes} bytes, ${pairs} pairs\n`,
  );
  for (const word of words) measure(word, log, peak);
}

function measure(word: readonly string[], log: string, peak: string): void {
  const runs: { readonly one: Run[]; readonly two: Run[] } = { one: [], two: [] };
  const wanted = runOnce(word, log, 1, peak).said;
  for (let pair = 0; pair < pairs; pair++) {
    runs.one.push(runOnce(word, log, 1, peak));
    const { said, ...two } = runOnce(word, log, 2, peak);
    if (said !== wanted) throw new Error("Two threads found something else than one");
    runs.two.push(two);
  }
  process.stdout.write(`  ${word.join(" ")}\n`);
  for (const [unit, of] of measures) {
    const [one, two] = [runs.one, runs.two].map((some) => median(some.map(of)).toFixed(3));
    const ratios = runs.one.map((run, at) => of(run) / of(runs.two[at] ?? run));
    const [least, most] = [Math.min(...ratios), Math.max(...ratios)];
    process.stdout.write(
      `  ${unit.padEnd(9)} one ${one}, two ${two}, one / two ${median(ratios).toFixed(2)} ` +
        `(${least.toFixed(2)} to ${most.toFixed(2)})\n`,
    );
  }
}

function sizeOf(args: readonly string[]): number {
  const at = args.indexOf("--size");
  const match = /^(\d+)([MG])$/.exec(at < 0 ? "1G" : (args[at + 1] ?? ""));
  if (match === null) throw new Error("Write --size as 1G or 4G");
  return Number(match[1]) * (match[2] === "G" ? 1e9 : 1e6);
}

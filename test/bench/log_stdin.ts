/**
 * What the sidecar takes: lines a second that `log --stdin` writes from a full pipe into a file, for
 * each form of line, and its peak memory over ten million lines (into /dev/null, to spare the disk).
 */
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { binary, temporaryFolder } from "../support/binary.ts";
import { peakUntilExit } from "../support/peak_memory.ts";

const lines = 1_000_000;
const manyLines = 10_000_000;
const rounds = 5;

const forms: readonly (readonly [name: string, line: string])[] = [
  ["words", "abc123de stt stt_transcript_finalized"],
  ["words and JSON", 'abc123de stt stt_transcript_finalized {"text_length": 73}'],
  [
    "objects",
    '{"request_id": "abc123de", "service": "stt", "event": "stt_x", "metadata": {"text_length": 73}}',
  ],
];

/** Prints lines a second for each form, and the peak memory. */
export async function run(): Promise<void> {
  using folder = temporaryFolder();
  const log = join(folder.path, "voice.log");
  const input = join(folder.path, "input");
  for (const [name, line] of forms) {
    writeFileSync(input, `${line}\n`.repeat(lines));
    const rates: number[] = [];
    for (let round = 0; round < rounds; round++) {
      rmSync(log, { force: true });
      const started = performance.now();
      await feed(`cat "${input}"`, log);
      rates.push(lines / (performance.now() - started) / 1000);
    }
    rates.sort((a, b) => a - b);
    const [best = 0, middle = 0] = [rates.at(-1), rates[Math.floor(rounds / 2)]];
    process.stdout.write(
      `  ${name.padEnd(15)} median ${middle.toFixed(2)}, best ${best.toFixed(2)} million lines a second\n`,
    );
  }
  for (const count of [lines, manyLines]) {
    const peak = await feed(`yes "${forms[0]?.[1]}" | head -n ${count}`, "/dev/null");
    process.stdout.write(`  ${count} lines: peak ${(peak / 1e6).toFixed(0)} MB resident\n`);
  }
}

/** Feeds a sidecar from a pipe; returns its peak memory in bytes. */
async function feed(producer: string, log: string): Promise<number> {
  const child = Bun.spawn(
    ["bash", "-c", `exec "$0" log --stdin --strict --log "${log}" < <(${producer})`, binary],
    { stdio: ["ignore", "ignore", "inherit"] },
  );
  const peakBytes = await peakUntilExit(child);
  if ((await child.exited) !== 0) throw new Error(`log --stdin ended with ${child.exitCode}`);
  return peakBytes;
}

/**
 * Microseconds per event of the bash, zsh and Python writers, beside a
 * shell that calls jo, one that calls the executable, and the way in which the Python ancestor writes.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { renderWriter, writerLanguages } from "../../lib/sdk/writers.ts";
import { binary, temporaryFolder } from "../support/binary.ts";
import { writerFiles } from "../support/writers.ts";
import { type Contender, compareInTurns, printedFigure } from "./_interleave.ts";

const rounds = 9;
const shellEvents = 3000;
const processEvents = 100;
const pythonEvents = 20_000;

/** Prints the writers against the ancestor's way. */
export async function run(): Promise<void> {
  using folder = temporaryFolder();
  const { path } = folder;
  const log = join(path, "latency.log");
  writeFileSync(log, "");
  for (const language of writerLanguages) {
    const place = { logPath: log, binaryPath: binary, version: "0.0.0" };
    writeFileSync(join(path, writerFiles[language]), renderWriter(language, place));
  }

  const bashLoop = (events: number, call: string) => `
  started=\${EPOCHREALTIME/[.,]/}
  for ((n = 0; n < ${events}; n++)); do ${call}; done
  echo $(((\${EPOCHREALTIME/[.,]/} - started) / ${events}))`;
  const zshLoop = (call: string) => `
  started=$EPOCHREALTIME
  for ((n = 0; n < ${shellEvents}; n++)); do ${call}; done
  printf '%.2f\\n' $(((EPOCHREALTIME - started) * 1e6 / ${shellEvents}))`;
  const plain = "timmy_log abc123de stt stt_transcript_finalized text_length=$n";
  const rich = `${plain} model=llama3 ratio=1.5 text='größe "x"'`;
  const command = `"${binary}" log abc123de stt stt_transcript_finalized --meta text_length=$n`;
  const pythonLoop = `
import time
from latency_tracker import log_timing
def measure(events):
    started = time.perf_counter()
    for n in range(events):
        log_timing("abc123de", "stt", "stt_transcript_finalized", {"text_length": n})
    return (time.perf_counter() - started) * 1e6 / events
measure(1000)
print(measure(${pythonEvents}))`;

  function candidate(name: string, ...run: readonly string[]): Contender[] {
    if (Bun.which(run[0] ?? "") === null) {
      process.stdout.write(`NOT RUN: ${name}: ${run[0]} is not installed\n`);
      return [];
    }
    const env = { TIMMY_LATENCY_LOG: log, PYTHONPATH: path, LC_ALL: "C.UTF-8" };
    return [{ name, measure: () => printedFigure(run, env) }];
  }

  const bash = `source "${join(path, writerFiles.bash)}"\n`;
  const zsh = `source "${join(path, writerFiles.zsh)}"\n`;
  const jo = Bun.which("jo") === null ? "jo" : "bash";
  const contenders = [
    ...candidate(
      "ancestor's Python style",
      "python3",
      join(import.meta.dir, "_ancestor_tracker.py"),
      String(pythonEvents),
    ),

    ...candidate("bash", "bash", "-c", bash + bashLoop(shellEvents, plain)),
    ...candidate(
      "bash, four members, text to escape",
      "bash",
      "-c",
      bash + bashLoop(shellEvents, rich),
    ),
    ...candidate("zsh", "zsh", "-fc", zsh + zshLoop(plain)),
    ...candidate("zsh, four members, text to escape", "zsh", "-fc", zsh + zshLoop(rich)),
    ...candidate("bash calling jo", jo, join(import.meta.dir, "_jo.bash"), String(processEvents)),
    ...candidate("bash calling timmy-latency", "bash", "-c", bashLoop(processEvents, command)),
    ...candidate("Python", "python3", "-c", pythonLoop),
  ];
  await compareInTurns(contenders, rounds, "µs per event");

  const lines = readFileSync(log, "utf8").trimEnd().split("\n").length;
  process.stdout.write(`${lines} lines written\n`);
}

/**
 * What a turn costs in memory.
 *
 * Each figure is the resident memory of a process of its own that makes all requests and keeps them
 * as turns, less that of one that makes the same requests and forgets them; the median of three, read
 * when the allocator has had the time to give back what is free. The last lines tell the peak of the
 * executable over a log of such turns, beside that of `analyze --summary`, which keeps none.
 */
import { closeSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { encodeEvent } from "../../lib/event/encode.ts";
import { analyzeRequest } from "../../lib/request/describe.ts";
import { SessionGroups } from "../../lib/session/session_groups.ts";
import { binary, temporaryFolder } from "../support/binary.ts";
import { turnEvents } from "../support/conversation.ts";
import { peakUntilExit } from "../support/peak_memory.ts";

const rounds = 3;
/** The allocator gives memory back from a thread of its own, some time after it became free. */
const settleMs = 2_000;

function eventsOf(turn: number, sessions: number) {
  return turnEvents({
    id: Math.imul(turn, 0x9e3779b1).toString(16).replace("-", "").padStart(8, "0"),
    at: turn * 5,
    session: `c54f52e1-0aa4-4db8-afe2-${String(turn % sessions).padStart(12, "0")}`,
    estimate: 600 + (turn % 900),
    count: 600 + (turn % 900),
    prefillMs: 100 + (turn % 170),
    tailMode: turn >= sessions,
    hasKvCache: turn >= sessions,
  });
}

/** The child: prints its resident memory in bytes after all turns, garbage collected. */
async function measure(turns: number, sessions: number, keeps: boolean): Promise<void> {
  const groups = new SessionGroups(null);
  for (let turn = 0; turn < turns; turn++) {
    const analysis = analyzeRequest({ id: "", events: eventsOf(turn, sessions) });
    const { requestId: id = "" } = analysis.trace.events[0] ?? {};
    const request = { ...analysis, trace: { ...analysis.trace, id } };
    if (keeps) groups.keep(groups.place(request));
    if (turn % 10_000 === 0) Bun.gc(true);
  }
  Bun.gc(true);
  await Bun.sleep(settleMs);
  const { rss } = process.memoryUsage();
  if (keeps !== groups.sessions().length > 0) throw new Error("Nothing was measured");
  process.stdout.write(`${rss}\n`);
}

function residentBytes(turns: number, sessions: number, mode: "keep" | "forget"): number {
  return medianOf(() => {
    const command = [process.execPath, import.meta.path, String(turns), String(sessions), mode];
    const { stdout, success } = Bun.spawnSync(command, { stderr: "inherit" });
    if (!success) throw new Error(`Cannot measure ${mode}`);
    return Number(stdout.toString());
  });
}

function medianOf(measurement: () => number): number {
  return median(Array.from({ length: rounds }, measurement));
}

function median(figures: readonly number[]): number {
  return figures.toSorted((a, b) => a - b)[Math.floor(figures.length / 2)] ?? Number.NaN;
}

async function peakBytes(args: readonly string[]): Promise<number> {
  const peaks: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const child = Bun.spawn([binary, ...args], { stdout: "ignore" });
    peaks.push(await peakUntilExit(child));
    if (child.exitCode !== 0) throw new Error(`Cannot run ${args.join(" ")}`);
  }
  return median(peaks);
}

function writeLog(path: string, turns: number, sessions: number): void {
  const file = openSync(path, "w");
  for (let turn = 0; turn < turns; turn++) {
    writeSync(
      file,
      eventsOf(turn, sessions)
        .map((event) => encodeEvent(event))
        .join(""),
    );
  }
  closeSync(file);
}

const usualTurns = 100_000;
const usualSessions = 2_000;

/** Prints what a turn costs, in the library and in the executable. */
export async function run(): Promise<void> {
  const [turns, sessions] = [usualTurns, usualSessions];
  const kept = residentBytes(turns, sessions, "keep");
  const base = residentBytes(turns, sessions, "forget");
  const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
  process.stdout.write(
    `  ${turns} turns in ${sessions} sessions: ${megabytes(kept)} resident, ` +
      `${megabytes(base)} without them: ${((kept - base) / turns).toFixed(0)} bytes a turn\n`,
  );
  using folder = temporaryFolder();
  const log = join(folder.path, "latency.log");
  writeLog(log, turns, sessions);
  const none = await peakBytes(["analyze", "--summary", log]);
  const all = await peakBytes(["sessions", "--format", "json", log]);
  process.stdout.write(
    `  The executable: peak ${megabytes(all)} with sessions, ${megabytes(none)} with analyze ` +
      `--summary: ${((all - none) / turns).toFixed(0)} bytes a turn\n`,
  );
}

if (import.meta.main) {
  const [turns = usualTurns, sessions = usualSessions] = process.argv.slice(2, 4).map(Number);
  await measure(turns, sessions, process.argv[4] === "keep");
}

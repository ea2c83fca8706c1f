/**
 * `bun run bench seek [--size 100M|1G|4G]`: whole runs that need only a part of the log. `--request` of an
 * id at the end, in the middle and nowhere beside ripgrep (or grep) for the same id and jq for its lines,
 * which must read everything; that and `--tail 5` beside the start of the program, alone and with a log
 * of one line; and how many reads `--since` takes to find its place. `--log FILE` takes a log that is
 * there instead of made-up ones.
 */
import { closeSync, openSync, readSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openSeekable } from "../../lib/log/seekable_log.ts";
import { TimeSeek } from "../../lib/log/time_seek.ts";
import { binary, temporaryFolder } from "../support/binary.ts";
import { generateLog } from "./_generate_log.ts";
import { type Contender, compareInTurns, timed } from "./_interleave.ts";

const rounds = 11;
const usualLeastUnread = 1024 * 1024;

/** Prints the times of seeks in a log of the usual kind, and in one of 300 requests at a time. */
export async function run(args: readonly string[] = []): Promise<void> {
  const given = args.indexOf("--log") + 1;
  const named = given === 0 ? null : (args[given] ?? "");
  const bytes = named === null ? sizeOf(args) : statSync(named).size;
  using folder = temporaryFolder();
  const log = named ?? join(folder.path, "latency.log");
  const small = join(folder.path, "small.log");
  const print = (line: string) => process.stdout.write(`${line}\n`);
  for (const concurrency of named === null ? [3, 300] : [null]) {
    if (concurrency !== null) generateLog(log, { bytes, concurrency, oddPercent: 0 });
    const which = concurrency === null ? log : `${concurrency} requests at a time`;
    print(`\n${statSync(log).size} bytes, ${which}, warm cache`);
    writeFileSync(small, lineAt(log, 0).text);
    const search = Bun.which("rg") ?? Bun.which("grep");
    if (search === null) throw new Error("neither rg nor grep is installed");
    for (const [where, share] of [
      ["in the last 1 %", 0.995],
      ["in the middle", 0.5],
      ["nowhere", null],
    ] as const) {
      const id = share === null ? "0badbeef" : lineAt(log, share * bytes).id;
      print(`--request of an id ${where}:`);
      const ours = program("timmy-latency", [binary, "analyze", log, "--request", id]);
      await compareInTurns(
        [searcher(search, id, log), ours, program("id", [binary, "id"])],
        rounds,
        "ms",
      );
    }
    print("--tail 5, beside a log of one line:");
    const start = program("one line", [binary, "analyze", small]);
    const tail = program("--tail 5", [binary, "analyze", log, "--tail", "5"]);
    await compareInTurns([start, tail, program("id", [binary, "id"])], rounds, "ms");
    countReads(log, print);
  }
}

/** Says how many reads, and how much beyond the best place, `--since` costs at several places. */
function countReads(log: string, print: (line: string) => void): void {
  const file = openSeekable([log]);
  if (file === null) throw new Error("no plain file");
  const reads: number[] = [];
  const surplus: number[] = [];
  for (const share of [0.02, 0.1, 0.3, 0.5, 0.7, 0.9, 0.98]) {
    const seek = new TimeSeek(file, {
      maxLineBytes: 1024 * 1024,
      closeBytes: usualLeastUnread / 16,
    });
    const { seconds, offset } = lineAt(log, share * file.size);
    surplus.push((offset - seek.before(seconds)) / 1024);
    reads.push(seek.reads);
  }
  file.close();
  print(
    `--since at 7 places: at most ${Math.max(...reads)} reads, at most ${Math.max(...surplus).toFixed(0)} KiB early`,
  );
}

/** ripgrep or grep for an id, and jq for what it finds. */
function searcher(path: string, id: string, log: string): Contender {
  const isRipgrep = path.endsWith("rg");
  const pipe = Bun.which("jq") === null ? "cat" : "jq -c .";
  const flags = isRipgrep ? "-a -F" : "-a -F";
  const script = `"$1" ${flags} "$2" "$3" | ${pipe}`;
  const name = `${isRipgrep ? "rg" : "grep"} | ${pipe.split(" ")[0]}`;
  return program(name, ["bash", "-c", script, "bash", path, `"${id}"`, log]);
}

function program(name: string, command: readonly string[]): Contender {
  return timed(name, () => {
    const { exitCode } = Bun.spawnSync([...command], { stdout: "ignore", stderr: "ignore" });
    if (exitCode > 1) throw new Error(`${name} ended with ${exitCode}`);
  });
}

/** The first line at or behind an offset of a generated log. */
function lineAt(log: string, offset: number) {
  const block = Buffer.alloc(64 * 1024);
  const file = openSync(log, "r");
  const count = readSync(file, block, 0, block.length, Math.floor(offset));
  closeSync(file);
  const start = offset === 0 ? 0 : block.indexOf("\n") + 1;
  const text = block.toString("utf8", start, Math.min(count, block.indexOf("\n", start) + 1));
  const { request_id: id, timestamp: seconds } = JSON.parse(text);
  return { text, id: String(id), seconds: Number(seconds), offset: Math.floor(offset) + start };
}

function sizeOf(args: readonly string[]): number {
  const at = args.indexOf("--size");
  const match = /^(\d+)([MG])$/.exec(at < 0 ? "100M" : (args[at + 1] ?? ""));
  if (match === null) throw new Error("Write --size as 100M, 1G or 4G");
  return Number(match[1]) * (match[2] === "G" ? 1e9 : 1e6);
}

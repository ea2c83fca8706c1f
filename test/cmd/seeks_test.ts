/** Answers from a part of the log, by the built executable. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { appendFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { encodeEvent } from "../../lib/event/encode.ts";
import { run, runShell, temporaryFolder } from "../support/binary.ts";
import { eventAt, startSeconds } from "../support/events.ts";

setDefaultTimeout(60_000);

const turns = 2_000;

/** 4 MB: a turn every 5 seconds, with a line that is none after each hundredth. */
function writeLog(folder: string): string {
  const path = join(folder, "latency.log");
  const lines: string[] = [];
  for (let turn = 0; turn < turns; turn++) {
    const id = `turn${String(turn).padStart(4, "0")}`;
    for (const [at, name] of ["stt_hello", "v34_hello", "tts_hello"].entries()) {
      const metadata = { text: "grüße ".repeat(80) };
      lines.push(encodeEvent(eventAt(turn * 5_000 + at * 500, name, { id, metadata })));
    }
    if (turn % 100 === 99) lines.push("{}\n");
  }
  writeFileSync(path, lines.join(""));
  return path;
}

/** What `analyze` says of the log as a file, and as standard input, which has no parts. */
async function both(path: string, ...options: readonly string[]) {
  const words = ["--format", "json", ...options];
  const file = await run(["analyze", path, ...words]);
  const input = await runShell('log=$1; shift; timmy analyze - "$@" <"$log"', [path, ...words]);
  const [part, whole] = [JSON.parse(file.stdout), JSON.parse(input.stdout)];
  expect(whole.log.scope).toBe("whole");
  expect(part.requests).toEqual(whole.requests);
  expect(part.summary).toEqual(whole.summary);
  expect(file.code).toBe(input.code);
  return { ...file, log: part.log, ids: part.requests.map(({ id }: { id: string }) => id) };
}

describe("a log of some megabytes", () => {
  test("is read from its end by --tail, with the answer that standard input gets", async () => {
    using folder = temporaryFolder();
    const path = writeLog(folder.path);
    for (const count of [1, 5, 60]) {
      const { log, ids } = await both(path, "--tail", String(count));
      expect(ids).toEqual(Array.from({ length: count }, (_, at) => `turn${turns - count + at}`));
      expect(log.scope).toBe("part");
      expect(log.bytes_read).toBeLessThan(log.bytes / 2);
    }
  });

  test("is searched from its end by --request, which says how far", async () => {
    using folder = temporaryFolder();
    const path = writeLog(folder.path);
    const { log, ids, stderr, code } = await both(path, "--request", "turn1899");
    expect([ids, code, log.scope, log.requests]).toEqual([["turn1899"], 0, "part", 1]);
    expect(stderr).toMatch(
      /^The newest match in the last [\d.]+ KB of 4\.6 MB, looking back to \d{4}-\d\d-\d\d /,
    );
    const spelled = encodeEvent(eventAt(turns * 5_000, "stt_x", { id: "odd-1" }));
    appendFileSync(path, spelled.replace("odd-1", "\\u006f\\u0064d-1"));
    expect((await both(path, "--request", "odd-1")).ids).toEqual(["odd-1"]);
    const prefix = await both(path, "--request", "turn07");
    expect(prefix.ids).toEqual(["turn0799"]);
    expect(prefix.stderr).toContain('Other ids begin with "turn07": turn0700, turn0701');
  });

  test("is proved not to have an id", async () => {
    using folder = temporaryFolder();
    const { log, code, stderr } = await both(writeLog(folder.path), "--request", "turn9999");
    expect([code, log.scope, log.bytes_read, log.lines]).toEqual([1, "part", log.bytes, 0]);
    expect(stderr).toMatch(/^timmy-latency: No request "turn9999" in 4\.6 MB searched\n$/);
  });

  test("is read by --since and --until where their time is, and numbers no lines there", async () => {
    using folder = temporaryFolder();
    const path = writeLog(folder.path);
    const at = (turn: number) => String(startSeconds + turn * 5);
    const since = await both(path, "--since", at(1_950));
    expect([since.ids.length, since.ids[0], since.log.scope]).toEqual([50, "turn1950", "part"]);
    const { first, total } = since.log.problems;
    expect(total).toBeGreaterThan(0);
    expect(first.map(({ line }: { line: unknown }) => line)).toEqual(first.map(() => null));
    expect(since.stderr).toMatch(/latency\.log:byte \d+: field: timestamp is missing/);
    const until = await both(path, "--until", at(50));
    expect([until.ids.length, until.log.scope]).toEqual([50, "part"]);
    const between = await both(path, "--since", at(1_000), "--until", at(1_010), "--tail", "3");
    expect(between.ids).toEqual(["turn1007", "turn1008", "turn1009"]);
    expect(between.log.bytes_read).toBeLessThan(between.log.bytes / 2);
    const none = await run(["analyze", path, "--since", at(9_999)]);
    expect(none.stderr).toMatch(
      /No request fits the options given, of \d+ requests in the part of the log that was read\n$/,
    );
  });

  test("is read whole where all of it is asked for", async () => {
    using folder = temporaryFolder();
    const path = writeLog(folder.path);
    const questions = [
      ["--request", "turn1899", "--all"],
      ["--tail", "5", "--max-problems", "30"],
      ["--slowest", "5"],
      ["--session", "none", "--tail"],
    ];
    for (const question of questions) {
      expect([question, (await both(path, ...question)).log.scope]).toEqual([question, "whole"]);
    }
    const damaged = await run(["analyze", path, "--tail", "1", "--max-problems", "19"]);
    expect(damaged.code).toBe(4);
    expect(questions.length).toBe(4);
  });
});

/** `--threads`: the executable's own threads, wherever the user stands. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { copyFileSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { binary, run, runProgram, temporaryFolder } from "../support/binary.ts";
import { healthyLines, lineStarts, linesOf } from "../support/parted_log.ts";

setDefaultTimeout(60_000);

const turns = 3_000;

/** Where somebody might look for the code of a thread in the folder where the user stands. */
const plantedPlaces = [
  "worker.ts",
  "worker.js",
  "lib/worker.ts",
  "lib/worker.js",
  "part_worker.ts",
  "part_worker.js",
  "cmd/part_worker.ts",
  "pipeline/part_worker.ts",
  "lib/pipeline/part_worker.ts",
  "lib/pipeline/part_worker.js",
  "dist/part_worker.js",
  "search_worker.ts",
  "search_worker.js",
  "lib/pipeline/search_worker.ts",
  "$bunfs/root/part_worker.ts",
  "$bunfs/root/part_worker.js",
];

function plant(folder: string): void {
  for (const place of plantedPlaces) {
    const path = join(folder, place);
    mkdirSync(dirname(path), { recursive: true });
    const marker = JSON.stringify(join(folder, "planted-code-ran"));
    writeFileSync(
      path,
      `require("node:fs").writeFileSync(${marker}, ${JSON.stringify(place)});
       self.onmessage = () => self.postMessage({ answer: null });`,
    );
  }
}

const summary = ["analyze", "voice.log", "--summary", "--format", "json"];
const sessions = ["sessions", "voice.log", "--format", "json"];
const report = ["report", "voice.log", "-o", "-", "--utc"];

/** A page without the time at which it was written. */
function undated(page: string): string {
  return page.replace(/written [-\d]+ [:\d]+/, "");
}

describe("--threads", () => {
  test("runs no code of the folder where the user stands, and needs none of its own beside it", async () => {
    using folder = temporaryFolder();
    using elsewhere = temporaryFolder();
    plant(folder.path);
    writeFileSync(join(folder.path, "voice.log"), healthyLines(turns).join(""));
    // A copy, with no sources and no packages anywhere above it.
    const copy = join(elsewhere.path, "timmy-latency");
    copyFileSync(binary, copy);
    let runs = 0;
    for (const way of [summary, sessions, report]) {
      const one = await runProgram([copy, ...way, "--threads", "1"], { cwd: folder.path });
      expect([one.code, one.stderr]).toEqual([0, ""]);
      if (way !== report) expect(JSON.parse(one.stdout).log.events).toBe(9 * turns);
      for (const threads of way === summary ? [2, 3, 7] : [2]) {
        const command = [copy, ...way, "--threads", String(threads), "--verbose"];
        const several = await runProgram(command, { cwd: folder.path });
        expect(undated(several.stdout)).toBe(undated(one.stdout));
        expect(several.stderr).toContain(`Read by ${threads} threads\n`);
        expect(several.code).toBe(0);
        runs++;
      }
    }
    for (const threads of [1, 2, 7]) {
      const request = ["analyze", "voice.log", "--request", "nowhere", "--threads", `${threads}`];
      const several = await runProgram([copy, ...request], { cwd: folder.path });
      expect([several.code, several.stdout]).toEqual([1, ""]);
      expect(several.stderr).toContain('No request "nowhere" in ');
    }
    expect([runs, existsSync(join(folder.path, "planted-code-ran"))]).toEqual([5, false]);
  });

  test("the planted code would be seen to run", async () => {
    using folder = temporaryFolder();
    plant(folder.path);
    const start =
      'new Worker("./lib/worker.ts").postMessage(1); setTimeout(() => process.exit(), 300)';
    await runProgram([process.execPath, "-e", start], { cwd: folder.path });
    expect(existsSync(join(folder.path, "planted-code-ran"))).toBe(true);
  });

  test("says why the work of others did not count, and finds the same", async () => {
    using folder = temporaryFolder();
    // An id that never rests: no lead-in can tell what goes on.
    const lines = healthyLines(turns).map((line, index) =>
      index % 100 === 0 ? line.replace(/"request_id": "[^"]*"/, '"request_id": "for-ever"') : line,
    );
    writeFileSync(join(folder.path, "voice.log"), lines.join(""));
    const one = await run([...summary, "--threads", "1"], { cwd: folder.path });
    const two = await run([...summary, "--threads", "2", "--verbose"], { cwd: folder.path });
    expect(two.stdout).toBe(one.stdout);
    expect(two.stderr).toContain(
      "Read by 1 thread: a request had begun long before a part of it\n",
    );
  });

  test("changes nothing where threads are of no use: standard input, a selection, several logs", async () => {
    using folder = temporaryFolder();
    const bytes = Buffer.from(healthyLines(300).join(""));
    const half = lineStarts(bytes)[1_350] ?? 0;
    writeFileSync(join(folder.path, "voice.log"), bytes);
    writeFileSync(join(folder.path, "first.log"), bytes.subarray(0, half));
    writeFileSync(join(folder.path, "second.log"), bytes.subarray(half));
    const rest = ["--summary", "--format", "json"];
    const ways = [
      ["analyze", "-", ...rest],
      ["analyze", "first.log", "second.log", ...rest],
      ["analyze", "voice.log", ...rest, "--tail", "20"],
      ["sessions", "-", "--format", "json"],
      ["sessions", "voice.log", "--format", "json", "--since", "2020-01-01"],
      ["analyze", "voice.log", "--format", "json"],
    ];
    for (const way of ways) {
      const options = { cwd: folder.path, stdin: bytes.toString() };
      const one = await run([...way, "--threads", "1"], options);
      expect(one.code).toBe(0);
      expect(await run([...way, "--threads", "3"], options)).toEqual(one);
      expect(await run([...way, "--threads", "0"], options)).toEqual(one);
    }
    expect(ways.length).toBe(6);
  });

  test("reads damage in parts as in one piece", async () => {
    using folder = temporaryFolder();
    const shape = {
      seed: 9,
      events: 8_000,
      concurrency: 3,
      ids: 5_000,
      stepMs: 4_000,
      disorderMs: 30_000,
      clockStepEvery: 900,
      clockStepMs: 900_000,
    };
    const lines = linesOf(shape, 10).map((line, index) =>
      index % 300 === 7 ? `${line.slice(0, 50)}\n` : line,
    );
    writeFileSync(join(folder.path, "voice.log"), lines.join(""));
    let runs = 0;
    for (const way of [summary, sessions]) {
      const one = await run([...way, "--threads", "1"], { cwd: folder.path });
      expect(JSON.parse(one.stdout).log.problems.total).toBeGreaterThan(20);
      for (const threads of ["2", "3", "7"]) {
        expect(await run([...way, "--threads", threads], { cwd: folder.path })).toEqual(one);
        runs++;
      }
    }
    expect(runs).toBe(6);
  });

  test("takes a whole number up to 256", async () => {
    using folder = temporaryFolder();
    writeFileSync(join(folder.path, "voice.log"), healthyLines(20).join(""));
    for (const text of ["-1", "257", "two", "1.5", "1e1"]) {
      const { code, stdout, stderr } = await run(
        ["analyze", "voice.log", "--summary", `--threads=${text}`],
        {
          cwd: folder.path,
        },
      );
      expect([code, stdout]).toEqual([2, ""]);
      expect(stderr).toBe(
        `timmy-latency: Cannot use "${text}" for --threads: write a whole number from 0 to 256, ` +
          "0 for as many as the log is worth\n",
      );
    }
    const { code } = await run([...summary, "--threads", "256"], { cwd: folder.path });
    expect(code).toBe(0);
  });
});

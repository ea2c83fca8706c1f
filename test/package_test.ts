import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { decodeLine } from "../lib/event/decode.ts";
import packageJson from "../package.json" with { type: "json" };
import { fixtures, run, temporaryFolder } from "./support/binary.ts";
import { describeWithTools } from "./support/tools.ts";

const root = join(import.meta.dir, "..");
const tsc = join(root, "node_modules", ".bin", "tsc");
const runtimes = ["node", "bun"] as const;
const processes = 8;
const threads = 4;
const eventsPerThread = 320;

const turn = `
import { Events, formatDuration, generateRequestId, logTiming, span } from "timmy-latency";
const id = generateRequestId();
logTiming(id, "stt", Events.STT_TRANSCRIPT_FINALIZED, { text_length: 73 });
const sum = span(id, "v34", "v34_sum", () => 1 + 1);
const text = await span(id, "v34", "v34_text", async () => "spoken");
console.log(sum, text, formatDuration(8.45), "Bun" in globalThis ? "bun" : "node");
`;

const crowd = `
import { Worker, isMainThread, workerData } from "node:worker_threads";
import { logTiming } from "timmy-latency";
if (isMainThread) {
  for (let thread = 0; thread < ${threads}; thread++) {
    new Worker(new URL(import.meta.url), { workerData: process.argv[2] + "-" + thread });
  }
} else {
  for (let n = 0; n < ${eventsPerThread}; n++) logTiming(workerData, "crowd", "event_" + n, { n });
}
`;

// Stands beside the steps of a clock and compares the timestamps with what the clock says.
const stepped = `
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { logTiming } from "timmy-latency";
const [, , clockFile, log] = process.argv;
const steps = ["+0", "+3600", "-3600", "+0"];
let worst = 0;
let seen = [];
for (const step of steps) {
  // In one step: threads of the runtime read the clock too, and would meet an empty file.
  writeFileSync(clockFile + ".new", step + "\\n");
  renameSync(clockFile + ".new", clockFile);
  const wanted = Date.now();
  for (let n = 0; n < 50; n++) {
    const before = Date.now();
    logTiming("abc123de", "clock", step);
    const after = Date.now();
    const stamp = JSON.parse(readFileSync(log, "utf8").trimEnd().split("\\n").at(-1)).timestamp * 1000;
    worst = Math.max(worst, before - stamp, stamp - after);
    if (n === 0) seen.push(Math.round((wanted - performance.timeOrigin - performance.now()) / 3600e3));
  }
}
console.log(JSON.stringify({ worst, seen }));
`;

const consumer = `
import { Events, formatDuration, generateRequestId, logTiming, span } from "timmy-latency";
const id: string = generateRequestId();
const name: "v34_ollama_sent" = Events.V34_OLLAMA_SENT;
logTiming(id, "v34", name, { tokens: 3, model: "x", nested: { list: [1, null] } });
const sum: number = span(id, "v34", "sum", () => 1);
const text: Promise<string> = span(id, "v34", "text", async () => "x");
export const all: readonly unknown[] = [sum, text, formatDuration(1)];
`;

const misuse = `
import { Events, logTiming, span } from "timmy-latency";
logTiming(7, "v34", "event");
Events.V34_OLLAMA_SENT = "other";
const wrong: string = span("id", "v34", "sum", () => 1);
`;

function runtimePath(runtime: "node" | "bun"): string {
  return runtime === "bun" ? process.execPath : runtime;
}

describeWithTools("the packed package", ["npm", "node"], () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let app: string;

  beforeAll(() => {
    folder = temporaryFolder();
    app = join(folder.path, "app");
    mkdirSync(app);
    const packed = Bun.spawnSync(["npm", "pack", "--silent", "--pack-destination", folder.path], {
      cwd: root,
    });
    const tarball = join(folder.path, String(packed.stdout).trim());
    writeFileSync(join(app, "package.json"), `{ "name": "app", "type": "module" }`);
    const flags = ["--offline", "--no-audit", "--no-fund", "--silent"];
    const installed = Bun.spawnSync(["npm", "install", ...flags, tarball], { cwd: app });
    expect({ code: installed.exitCode, said: String(installed.stderr) }).toMatchObject({ code: 0 });
    const programs = { "turn.mjs": turn, "crowd.mjs": crowd, "stepped.mjs": stepped };
    for (const [name, text] of Object.entries(programs)) writeFileSync(join(app, name), text);
  });

  afterAll(() => folder[Symbol.dispose]());

  async function start(
    runtime: "node" | "bun",
    args: readonly string[],
    log: string,
    env: Readonly<Record<string, string>> = {},
  ): Promise<{ code: number; stdout: string; stderr: string }> {
    const child = Bun.spawn([runtimePath(runtime), ...args], {
      cwd: app,
      env: { PATH: process.env["PATH"] ?? "", HOME: app, TIMMY_LATENCY_LOG: log, ...env },
      stdout: "pipe",
      stderr: "pipe",
    });
    const [stdout, stderr, code] = await Promise.all([
      new Response(child.stdout).text(),
      new Response(child.stderr).text(),
      child.exited,
    ]);
    return { code, stdout, stderr };
  }

  test("brings nothing but itself", () => {
    const found = [...new Bun.Glob("node_modules/**/*").scanSync({ cwd: app, onlyFiles: true })];
    const shipped = found.filter((file) => !file.includes(".package-lock.json")).sort();
    expect(shipped).toEqual(
      ["CHANGELOG.md", "LICENSE", "README.md"]
        .concat("dist/engine.wasm", "dist/timmy-latency.js", "dist/tracker.d.ts")
        .concat("dist/tracker.js", "package.json")
        .map((file) => `node_modules/timmy-latency/${file}`),
    );
  });

  describe.each(runtimes)("the package's program under %s", (runtime) => {
    const launcher = join("node_modules", ".bin", "timmy-latency");
    const program = async (args: readonly string[], log = join(folder.path, "unused.log")) =>
      start(runtime, [launcher, ...args], log, { TZ: "UTC" });

    test("says its version, also when npx starts it", async () => {
      const said = { code: 0, stdout: `timmy-latency ${packageJson.version}\n`, stderr: "" };
      expect(await program(["--version"])).toEqual(said);
      const npx = Bun.spawnSync(["npx", "--offline", "timmy-latency", "--version"], { cwd: app });
      expect(String(npx.stdout)).toBe(said.stdout);
    });

    test("logs events from arguments and from standard input", async () => {
      const log = join(folder.path, "bin", `${runtime}.log`);
      expect(await program(["log", "abc123de", "stt", "heard", "--meta", "n=1"], log)).toEqual({
        code: 0,
        stdout: "",
        stderr: "",
      });
      const input = Bun.spawnSync([runtimePath(runtime), launcher, "log", "--stdin"], {
        cwd: app,
        env: { ...process.env, TIMMY_LATENCY_LOG: log },
        stdin: Buffer.from("abc123de tts spoken\n"),
      });
      expect(input.exitCode).toBe(0);
      const command = ["run", "abc123de", "v34", "sum", "--", "sh", "-c", "exit 7"];
      expect(await program(command, log)).toEqual({ code: 7, stdout: "", stderr: "" });
      const events = readFileSync(log, "utf8").trimEnd().split("\n");
      const names = events.map((line) => JSON.parse(line).event);
      expect(names).toEqual(["heard", "spoken", "sum_start", "sum_complete"]);
      expect(JSON.parse(events[0] ?? "").metadata).toEqual({ n: 1 });
    });

    const readings: readonly (readonly string[])[] = [
      ["analyze", join(fixtures, "readme-sample.log")],
      ["analyze", "--summary", join(fixtures, "*.log")],
      ["analyze", "--format", "json", join(fixtures, "readme-sample.log")],
      ["analyze", "--format", "ndjson", fixtures],
      ["sessions", fixtures],
      ["sessions", "--format", "json", join(fixtures, "readme-sample.log")],
      ["check", "--list", join(fixtures, "readme-sample.log")],
      ["help"],
    ];

    test("reads as the executable does, to the last byte", async () => {
      let compared = 0;
      for (const args of readings) {
        const log = join(folder.path, "absent.log");
        const env = { TZ: "UTC", TIMMY_LATENCY_LOG: log, HOME: app };
        const wanted = await run(args, { cwd: app, env });
        expect({ args, ...(await program(args, log)) }).toEqual({ args, ...wanted });
        expect(wanted.stdout.length).toBeGreaterThan(100);
        compared++;
      }
      expect(compared).toBe(8);
    });

    test("names itself, not the runtime, to the writers that call it", async () => {
      const { stdout } = await program(["sdk", "bash"]);
      const path = join(app, "node_modules", "timmy-latency", "dist", "timmy-latency.js");
      expect(stdout).toContain(`_timmy_binary='${realpathSync(path)}'`);
    });
  });

  test("the package's program refuses under node what needs locks, in one sentence", async () => {
    const log = join(folder.path, "locked", "latency.log");
    mkdirSync(dirname(log));
    writeFileSync(log, "not empty\n");
    const launcher = join("node_modules", ".bin", "timmy-latency");
    for (const args of [["clear", "--yes"], ["rotate", "--yes"], ["doctor"]]) {
      const { code, stdout, stderr } = await start("node", [launcher, ...args], log);
      expect({ args, code, stdout, stderr }).toEqual({
        args,
        code: 2,
        stdout: "",
        stderr:
          "timmy-latency: Cannot use the system's locks: Node has no access to them; " +
          "use bun or the executable, on Linux or macOS\n",
      });
    }
  });

  test.each(runtimes)("logs a turn under %s", async (runtime) => {
    const log = join(folder.path, "turn", `${runtime}.log`);
    const { code, stdout, stderr } = await start(runtime, ["turn.mjs"], log);
    expect({ code, stdout, stderr }).toEqual({
      code: 0,
      stdout: `2 spoken 8.45s ${runtime}\n`,
      stderr,
    });
    expect(stderr).toBe("");
    const names = readFileSync(log, "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line).event);
    expect(names).toEqual([
      "stt_transcript_finalized",
      "v34_sum_start",
      "v34_sum_complete",
      "v34_text_start",
      "v34_text_complete",
    ]);
  });

  test(`keeps every line whole among ${processes} processes of ${threads} threads`, async () => {
    const log = join(folder.path, "crowd", "latency.log");
    const runs = Array.from({ length: processes }, (_, index) =>
      start(runtimes[index % 2] ?? "bun", ["crowd.mjs", String(index)], log),
    );
    for (const { code, stderr } of await Promise.all(runs)) {
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    }
    const bytes = readFileSync(log);
    const seen = new Set<string>();
    let lines = 0;
    for (let start = 0; start < bytes.length; lines++) {
      const end = bytes.indexOf(10, start);
      expect(end).toBeGreaterThan(start);
      const decoded = decodeLine(bytes, start, end, false);
      expect(decoded).toMatchObject({ recovered: 0, fault: null });
      for (const event of decoded?.events ?? []) seen.add(`${event.requestId} ${event.name}`);
      start = end + 1;
    }
    expect([lines, seen.size]).toEqual(Array(2).fill(processes * threads * eventsPerThread));
  });

  test("has types that fit a strict consumer and refuse misuse", () => {
    const options = {
      module: "nodenext",
      target: "esnext",
      strict: true,
      noEmit: true,
      skipLibCheck: false,
      types: [],
    };
    const check = (name: string, text: string): string => {
      writeFileSync(join(app, name), text);
      const project = join(app, `${name}.json`);
      writeFileSync(project, JSON.stringify({ compilerOptions: options, files: [name] }));
      return String(Bun.spawnSync([tsc, "--project", project], { cwd: app }).stdout);
    };
    expect(check("consumer.ts", consumer)).toBe("");
    const complaints = check("misuse.ts", misuse).match(/misuse\.ts\(\d+,\d+\): error TS\d+/g);
    expect(complaints).toEqual([
      "misuse.ts(3,11): error TS2345",
      "misuse.ts(4,8): error TS2540",
      "misuse.ts(5,7): error TS2322",
    ]);
  });

  describeWithTools("under a clock that is stepped", ["faketime"], () => {
    const [library = ""] = new Bun.Glob("/usr/lib/**/faketime/libfaketime.so.1").scanSync("/");
    test.each(runtimes)("stamps right within 5 ms under %s", async (runtime) => {
      const log = join(folder.path, `stepped-${runtime}.log`);
      const clock = join(folder.path, "clock");
      writeFileSync(clock, "+0\n");
      const { stdout, stderr } = await start(runtime, ["stepped.mjs", clock, log], log, {
        LD_PRELOAD: library,
        FAKETIME_TIMESTAMP_FILE: clock,
        FAKETIME_NO_CACHE: "1",
        FAKETIME_DONT_FAKE_MONOTONIC: "1",
        DONT_FAKE_MONOTONIC: "1",
      });
      expect(stderr).toBe("");
      const { worst, seen } = JSON.parse(stdout);
      // The hours by which the wall clock had left the monotonic one: proof that it was stepped.
      expect(seen.map(Math.abs)).toEqual([0, 1, 1, 0]);
      expect(worst).toBeLessThanOrEqual(5);
    });
  });
});

describe("package.json", () => {
  test("names no dependencies, so that an import brings none", () => {
    const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    expect(manifest.dependencies).toBeUndefined();
    expect(manifest.exports["."].default).toBe("./dist/tracker.js");
  });
});

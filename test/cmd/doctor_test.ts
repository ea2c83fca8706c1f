import { describe, expect, setDefaultTimeout, test } from "bun:test";
import {
  chmodSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { encodeEvent } from "../../lib/event/encode.ts";
import { withLock } from "../../lib/log/lock.ts";
import { type Run, type RunOptions, run, temporaryFolder } from "../support/binary.ts";

// Many starts of the binary, on a machine that may have other work.
setDefaultTimeout(60_000);

// biome-ignore lint/suspicious/noExplicitAny: documents are compared field by field
type Json = any;

/** An event so many seconds before now. */
function ago(seconds: number, name: string, id = "abc123de"): string {
  return encodeEvent({
    timestampSeconds: Date.now() / 1000 - seconds,
    requestId: id,
    service: name.split("_")[0] ?? "",
    name,
    metadata: {},
  });
}

/** A log without a fault: three services, minutes ago. */
const sound = () =>
  [
    ago(90, "stt_sending_to_v34"),
    ago(89.9, "v34_webhook_received"),
    ago(89, "v34_ollama_sent"),
    ago(88, "v34_ollama_received"),
    ago(87, "tts_audio_playback_start"),
    ago(86, "tts_audio_playback_complete"),
  ].join("");

async function doctor(args: readonly string[], options: RunOptions): Promise<Run & { json: Json }> {
  const ran = await run(["doctor", "--format", "json", ...args], options);
  return { ...ran, json: JSON.parse(ran.stdout) };
}

/** The checks that are not good, `name: verdict`. */
function findings(json: Json): string[] {
  return json.checks
    .filter(({ verdict }: Json) => verdict !== "good")
    .map(({ name, verdict }: Json) => `${name}: ${verdict}`);
}

/** What doctor finds in a log of that content; the machine's own file system is left out. */
async function findingsOf(content: string, args: readonly string[] = []) {
  using folder = temporaryFolder();
  writeFileSync(join(folder.path, "x.log"), content, { mode: 0o640 });
  const { json, code, stderr } = await doctor(["--log", "x.log", ...args], { cwd: folder.path });
  expect(stderr).toBe("");
  return { found: findings(json).filter(isOfLog), json, code };
}

/** Machines differ in file system, leases and space. */
function isOfLog(finding: string): boolean {
  return !/^(?:file system|leases|disk space)/.test(finding);
}

describe("doctor --format json", () => {
  test("has the documented shape, all keys and no other", async () => {
    using folder = temporaryFolder();
    writeFileSync(join(folder.path, "x.log"), sound(), { mode: 0o640 });
    const { json, code, stderr } = await doctor(["--log", "x.log"], { cwd: folder.path });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(Object.keys(json)).toEqual(["schema", "healthy", "checks", "place", "events", "log"]);
    expect(json).toMatchObject({ schema: 1, healthy: true });
    expect(json.checks.map(({ name }: Json) => name)).toEqual([
      "log",
      "exists",
      "writable",
      "can rotate",
      "file system",
      "leases",
      "lock",
      "archives",
      "unfinished",
      "disk space",
      "events",
      "last hour",
      "clocks",
      "order",
      "future",
      "problems",
    ]);
    for (const check of json.checks) {
      expect(Object.keys(check)).toEqual(["name", "verdict", "value", "advice"]);
      expect(check.advice === null).toBe(check.verdict === "good");
    }
    expect(Object.keys(json.place).join(" ")).toBe(
      "log rule kind link bytes mode owner links read_refusal write_refusal rotate_refusal " +
        "file_system free_bytes lease lock archives",
    );
    expect(json.place).toMatchObject({
      log: join(folder.path, "x.log"),
      rule: "--log",
      kind: "file",
      link: false,
      mode: "0640",
      links: 1,
      lock: { state: expect.any(String), holder: null },
      archives: { count: 0, bytes: 0, unfinished: [], leftovers: 0 },
    });
    expect(json.events.writers.map(({ service, events }: Json) => [service, events])).toEqual([
      ["stt", 1],
      ["tts", 2],
      ["v34", 3],
    ]);
    expect(json.events).toMatchObject({
      clocks: [],
      reversed: [],
      future: { events: 0, services: [], ahead: 0 },
    });
    expect(json.log).toMatchObject({ events: 6, requests: 1, problems: { total: 0 } });
  });

  test("is a document also where there is no log", async () => {
    using folder = temporaryFolder();
    const { json, code, stderr } = await doctor([], { cwd: folder.path });
    expect({ code, stderr }).toEqual({ code: 1, stderr: "" });
    expect(json).toMatchObject({ healthy: false, events: null, log: null });
    expect(json.place).toMatchObject({ rule: "home folder", kind: null, bytes: null, mode: null });
    expect(findings(json).filter(isOfLog)).toEqual(["exists: care"]);
    expect(readdirSync(folder.path)).toEqual([]);
  });
});

describe("a finding", () => {
  const fine = sound();
  let met = 0;

  const cases: readonly [name: string, content: () => string, found: readonly string[]][] = [
    ["nothing", () => fine, []],
    ["an empty log", () => "", ["events: care", "last hour: note"]],
    ["no writer within the hour", () => ago(3700, "stt_x"), ["last hour: note"]],
    ["a writer just within the hour", () => ago(3500, "stt_x"), []],
    [
      "clocks",
      () => ago(9, "stt_sending_to_v34") + ago(10, "v34_webhook_received"),
      ["clocks: care"],
    ],
    ["order", () => ago(9, "v34_ollama_sent") + ago(10, "v34_ollama_received"), ["order: care"]],
    ["the future", () => fine + ago(-60, "stt_x"), ["future: care"]],
    ["damage", () => `${fine}{\n`, ["problems: care"]],
    ["little damage", () => `${fine.repeat(10)}{\n`, ["problems: note"]],
    ["a line being written", () => `${fine}{"times`, []],
    ["a line being written behind damage", () => `${fine}{\n{"times`, ["problems: care"]],
  ];

  test.each(cases)("is made of %s", async (_, content, wanted) => {
    met++;
    const { found, code, json } = await findingsOf(content());
    expect(found).toEqual([...wanted]);
    const needsCare = json.checks.some(({ verdict }: Json) => verdict === "care");
    expect(code).toBe(needsCare ? 1 : 0);
    expect(json.healthy).toBe(!needsCare);
  });

  test("was looked for in every case", () => {
    expect(met).toBe(11);
  });

  test("is made of a link, a second name, rights for everybody", async () => {
    using folder = temporaryFolder();
    const at = (name: string) => join(folder.path, name);
    writeFileSync(at("x.log"), fine, { mode: 0o640 });
    symlinkSync("x.log", at("soft.log"));
    const soft = await doctor(["--log", "soft.log"], { cwd: folder.path });
    expect(findings(soft.json).filter(isOfLog)).toEqual(["can rotate: care"]);
    expect(soft.json.place).toMatchObject({ kind: "file", link: true });
    chmodSync(at("x.log"), 0o642);
    linkSync(at("x.log"), at("hard.log"));
    const hard = await doctor(["--log", "x.log"], { cwd: folder.path });
    expect(findings(hard.json).filter(isOfLog)).toEqual(["exists: note", "can rotate: care"]);
    expect([soft.code, hard.code]).toEqual([1, 1]);
  });

  test("is made of an unfinished archive, which keeps an empty log from being strange", async () => {
    using folder = temporaryFolder();
    writeFileSync(join(folder.path, "x.log"), "", { mode: 0o640 });
    writeFileSync(join(folder.path, "x-20251127T143005Z-0001.log.raw"), fine);
    const { json, code } = await doctor(["--log", "x.log"], { cwd: folder.path });
    expect(findings(json).filter(isOfLog)).toEqual([
      "unfinished: note",
      "events: note",
      "last hour: note",
    ]);
    expect(json.place.archives.unfinished).toHaveLength(1);
    expect(code).toBe(json.healthy ? 0 : 1);
  });

  test("is made of a lock that is held, and the lock is not taken", async () => {
    using folder = temporaryFolder();
    const log = join(folder.path, "x.log");
    writeFileSync(log, fine, { mode: 0o640 });
    const held = await withLock(log, () => doctor(["--log", log], { cwd: folder.path }));
    expect(held.json.place.lock.state).toMatch(/^(?:held|unknown)$/);
    if (held.json.place.lock.state === "held") {
      expect(findings(held.json).filter(isOfLog)).toEqual(["lock: note"]);
      expect(held.json.place.lock.holder).toBe(process.pid);
    }
    expect(held.code).toBe(0);
  });
});

describe("doctor", () => {
  test("changes nothing: not a name, not a byte, not a time", async () => {
    using folder = temporaryFolder();
    const log = join(folder.path, "x.log");
    writeFileSync(log, sound(), { mode: 0o640 });
    const look = () => {
      const { ino, size, mtimeMs, ctimeMs } = statSync(log);
      return { ino, size, mtimeMs, ctimeMs, names: readdirSync(folder.path) };
    };
    const before = look();
    const content = readFileSync(log, "utf8");
    expect((await run(["doctor", "--log", log], { cwd: folder.path })).code).toBe(0);
    expect(look()).toEqual(before);
    expect(readFileSync(log, "utf8")).toBe(content);
  });

  test("prints a line a check and how it stands", async () => {
    using folder = temporaryFolder();
    writeFileSync(join(folder.path, "x.log"), sound(), { mode: 0o640 });
    const { stdout, code } = await run(["doctor", "--log", "x.log"], { cwd: folder.path });
    expect(code).toBe(0);
    const lines = stdout.trimEnd().split("\n");
    expect(lines.filter((line) => /^(?:ok {2}|note|CARE) {2}\S/.test(line))).toHaveLength(16);
    expect(lines).toContain("ok    clocks       no disagreement seen");
    expect(lines.at(-1)).toMatch(/^All is well(?:, \d notes?)?$/);
  });

  test("counts the events of further logs, so that their clocks can be compared", async () => {
    using folder = temporaryFolder();
    const at = (name: string) => join(folder.path, name);
    writeFileSync(at("wsl.log"), ago(10, "v34_webhook_received"), { mode: 0o640 });
    mkdirSync(at("c"));
    writeFileSync(at("c/windows.log"), ago(9.5, "stt_sending_to_v34"));
    const alone = await doctor(["--log", "wsl.log"], { cwd: folder.path });
    expect(alone.json.events.clocks).toEqual([]);
    const both = await doctor(["--log", "wsl.log", "c/windows.log"], { cwd: folder.path });
    expect(both.json.events.clocks).toMatchObject([{ name: "stt→v34", n: 1, of: 1 }]);
    expect(both.json.events.clocks[0].median).toBeCloseTo(500, -2);
    expect(both.json.place.log).toBe(at("wsl.log"));
    expect(both.code).toBe(1);
  });

  test("exits with 5, report and all, if a log named by --log is absent or no file", async () => {
    using folder = temporaryFolder();
    const absent = await doctor(["--log", "no.log"], { cwd: folder.path });
    const path = join(folder.path, "no.log");
    expect(absent.code).toBe(5);
    expect(absent.stderr).toBe(
      `timmy-latency: Cannot read the log ${path}: no such file or directory\n`,
    );
    expect(absent.json.healthy).toBe(false);
    mkdirSync(path);
    const wrong = await doctor(["--log", "no.log"], { cwd: folder.path });
    expect(wrong.code).toBe(5);
    expect(wrong.stderr).toBe(
      `timmy-latency: Cannot read the log ${path}: it is no regular file\n`,
    );
    const env = { TIMMY_LATENCY_LOG: join(folder.path, "other.log") };
    expect((await doctor([], { cwd: folder.path, env })).code).toBe(1);
  });

  test("exits with 5, report and all, if a FILE is absent", async () => {
    using folder = temporaryFolder();
    writeFileSync(join(folder.path, "x.log"), sound(), { mode: 0o640 });
    const { code, json, stderr } = await doctor(["--log", "x.log", "no.log"], { cwd: folder.path });
    expect(code).toBe(5);
    expect(stderr).toBe("timmy-latency: Cannot read the log no.log: no such file or directory\n");
    expect(json).toMatchObject({ place: { kind: "file" }, events: null, log: null });
  });

  test("escapes what the log says", async () => {
    using folder = temporaryFolder();
    const line = ago(1, "x").replace('"service": "x"', '"service": "a\\u001b[31mb"');
    writeFileSync(join(folder.path, "x.log"), line, { mode: 0o640 });
    const { stdout } = await run(["doctor", "--log", "x.log"], { cwd: folder.path });
    expect(stdout).toContain("a\\x1b[31mb 1 event");
    expect(stdout).not.toContain("\x1b");
  });
});

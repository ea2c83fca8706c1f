import { afterEach, beforeEach, expect, test } from "bun:test";
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { encodeEvent } from "../../../lib/event/encode.ts";
import { Events } from "../../../lib/event/names.ts";
import type { Metadata, TimingEvent } from "../../../lib/event/timing_event.ts";
import { formatDuration } from "../../../lib/sdk/tracker.ts";
import { temporaryFolder } from "../../support/binary.ts";
import { hostileTexts } from "../../support/hostile_values.ts";
import { describeWithTools } from "../../support/tools.ts";
import { decodeLines, installWriter, runProgram, writerFiles } from "../../support/writers.ts";

const finish = { code: 0, stdout: "", stderr: "" };

describeWithTools("the Python writer", ["python3"], () => {
  let holder: ReturnType<typeof temporaryFolder>;
  let folder: string;
  let log: string;

  beforeEach(() => {
    holder = temporaryFolder();
    folder = holder.path;
    log = installWriter(folder, "python");
  });
  afterEach(() => holder[Symbol.dispose]());

  /** Runs a program that stands elsewhere than the writer, with every warning an error. */
  function python(text: string, env: Readonly<Record<string, string>> = {}) {
    const program = `import latency_tracker\nfrom latency_tracker import *\n${text}`;
    return runProgram(["python3", "-W", "error", "-bb", "-B", "-c", program], "/", {
      PYTHONPATH: folder,
      HOME: folder,
      ...env,
    });
  }

  function events(): TimingEvent[] {
    return decodeLines(readFileSync(log)).map(({ events: found, fault }) => {
      expect(fault).toBeNull();
      expect(found).toHaveLength(1);
      return found[0] as TimingEvent;
    });
  }

  function named(event: TimingEvent): readonly [string, Metadata] {
    return [event.name, event.metadata];
  }

  test("is Python 3.8 and needs the standard library alone", async () => {
    const text = `
import ast, sys
tree = ast.parse(open(sys.argv[1]).read(), feature_version=(3, 8))
names = [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
names += [node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
known = getattr(sys, "stdlib_module_names", names)
print(len(names) > 5, [name for name in names if name not in known])`;
    const file = join(folder, writerFiles.python);
    const run = await runProgram(["python3", "-c", text, file], folder);
    expect(run).toEqual({ ...finish, stdout: "True []\n" });
  });

  test("serves a program written for its ancestor", async () => {
    const run = await python(`
import time
from latency_tracker import log_timing, Events, generate_request_id, format_duration
request_id = generate_request_id()
started = time.time()
log_timing(request_id, "stt", Events.STT_TRANSCRIPT_FINALIZED, {"text_length": 73})
log_timing(request_id, "stt", Events.STT_SENDING_TO_V34)
log_timing(request_id=request_id, service="v34", event=Events.V34_OLLAMA_SENT, metadata=None)
print(request_id, format_duration(8.45), format_duration(0.1234))`);
    expect(run).toMatchObject({ code: 0, stderr: "" });
    expect(run.stdout).toMatch(/^[0-9a-f]{8} 8\.45s 123ms\n$/);
    expect(events().map(named)).toEqual([
      ["stt_transcript_finalized", { text_length: 73 }],
      ["stt_sending_to_v34", {}],
      ["v34_ollama_sent", {}],
    ]);
    const id = run.stdout.slice(0, 8);
    expect(events().map(({ requestId }) => requestId)).toEqual([id, id, id]);
  });

  test("writes the layout of all writers, byte for byte", async () => {
    let cases = 0;
    for (const TZ of ["UTC", "Asia/Kolkata"]) {
      const texts = hostileTexts.filter((text) => text.length < 10_000);
      writeFileSync(join(folder, "texts.json"), JSON.stringify(texts));
      const text = `
import json, pathlib
for text in json.loads(pathlib.Path("${folder}/texts.json").read_text(encoding="utf-8")):
    log_timing(text, text, text, {text: text, "list": [1, -2.5, True, None, {}]})`;
      expect(await python(text, { TZ })).toEqual(finish);
      const lines = readFileSync(log, "utf8").split("\n").slice(cases, -1);
      for (const [index, event] of events().slice(cases).entries()) {
        const wanted = texts[index] ?? "";
        expect(event).toMatchObject({ requestId: wanted, service: wanted, name: wanted });
        expect(event.metadata).toEqual({ [wanted]: wanted, list: [1, -2.5, true, null, {}] });
        const ours = encodeEvent(event);
        const isoTime = /"iso_time": "[^"]*"/;
        expect(lines[index]?.replace(isoTime, "")).toBe(ours.trimEnd().replace(isoTime, ""));
        const offset = TZ === "UTC" ? 0 : 5.5 * 3600;
        const local = new Date((Math.floor(event.timestampSeconds) + offset) * 1000);
        const micros = /"timestamp": \d+(\.\d{6}),/.exec(lines[index] ?? "")?.[1];
        expect(isoTime.exec(lines[index] ?? "")?.[0]).toBe(
          `"iso_time": "${local.toISOString().slice(0, 19)}${micros}"`,
        );
        cases++;
      }
    }
    expect(cases).toBe(2 * 32);
  });

  test("stamps the moment of the call", async () => {
    const before = Date.now() / 1000;
    await python(`log_timing("id", "stt", "event")`);
    const stamp = events()[0]?.timestampSeconds ?? 0;
    expect(stamp).toBeGreaterThanOrEqual(before - 0.001);
    expect(stamp).toBeLessThanOrEqual(Date.now() / 1000 + 0.001);
  });

  const metadata: readonly (readonly [python: string, read: object])[] = [
    ["None", {}],
    ["{}", {}],
    [`{"a": float("nan"), "b": [float("inf")], "c": 1}`, { a: null, b: [null], c: 1 }],
    [`{"a": {1, }, "b": b"x"}`, { a: "{1}", b: "x" }],
    [`{1: 2, None: 3, (4, 5): 6}`, { 1: 2, None: 3, "(4, 5)": 6 }],
    [`{"a": Number(2.5), "b": Number(float("nan"))}`, { a: 2.5, b: null }],
    [`{"a": Number(3)}`, { a: 3 }],
    [`{"a": Sulky()}`, { a: "sulky" }],
    [`{"a": pathlib.PurePosixPath("/x")}`, { a: "/x" }],
    [`collections.OrderedDict(b=1, a=2)`, { b: 1, a: 2 }],
    [`types.MappingProxyType({"a": 1})`, { a: 1 }],
    [`{"a": "half \\ud83c pair"}`, { a: "half \ud83c pair" }],
    [`{"a": "🎤"}`, { a: "🎤" }],
    [`{"a": "{[" * 100}`, { a: "{[".repeat(100) }],
    ["circle", { metadata_error: expect.stringContaining("63 levels") }],
    ["nested(64)", { metadata_error: expect.stringContaining("63 levels") }],
    ["nested(100000)", { metadata_error: expect.stringContaining("63 levels") }],
    ["[1]", { metadata_error: "Metadata must be an object" }],
    [`"text"`, { metadata_error: "Metadata must be an object" }],
    ["Broken()", { metadata_error: "no entry" }],
    [`{"a": "x" * 2**20}`, { metadata_error: "The line would be longer than 1 MiB" }],
  ];
  test("keeps the event whatever its metadata is", async () => {
    const calls = metadata.map(([text]) => `log_timing("id", "stt", "event", ${text})`);
    const run = await python(`
import collections, pathlib, types
class Number:
    def __init__(self, value): self.value = value
    def item(self): return self.value
class Sulky:
    def item(self): raise RuntimeError("no item")
    def __str__(self): return "sulky"
class Broken(collections.abc.Mapping):
    def __getitem__(self, key): raise RuntimeError("no entry")
    def __iter__(self): return iter(["a"])
    def __len__(self): return 1
circle = {}
circle["self"] = circle
def nested(levels):
    value = {}
    for _ in range(levels - 1): value = {"deeper": value}
    return value
log_timing("id", "stt", "deepest", nested(63))
${calls.join("\n")}`);
    expect(run).toEqual(finish);
    const [deepest, ...rest] = events();
    expect(Object.keys(deepest?.metadata ?? {})).toEqual(["deeper"]);
    expect(rest.map((event) => event.metadata)).toEqual(
      metadata.map(([, read]) => read as Metadata),
    );
    expect(rest).toHaveLength(21);
  });

  test("takes names that are texts of another kind, and a service that is missing", async () => {
    const run = await python(`
import enum
class Name(str, enum.Enum):
    SENT = "v34_ollama_sent"
log_timing(7, None, Name.SENT)`);
    expect(run).toEqual(finish);
    expect(events()[0]).toMatchObject({
      requestId: "7",
      service: "unknown",
      name: Events.V34_OLLAMA_SENT,
    });
  });

  test("holds the names of the catalogue", async () => {
    const text = `import json; print(json.dumps({name: value for name, value in vars(Events).items() if name[0] != "_"}))`;
    const run = await python(text);
    expect(run).toMatchObject({ code: 0, stderr: "" });
    expect(JSON.parse(run.stdout)).toEqual(Events);
  });

  test("formats durations as the TypeScript tracker does", async () => {
    const seconds = [
      8.45, 1, 1.125, 1.375, 61.005, 0.9996, 0.9994, 0.123, 0.0005, 0.0000004, 0, -0.25,
    ].concat([-1.125, 1e9, 0.0015, 0.0025, 12.345678, 2.675, 0.9995, 0.99949999]);
    const run = await python(`print([format_duration(s) for s in ${JSON.stringify(seconds)}])
print([format_duration(s) for s in (float("nan"), float("inf"), None, "x", 3)])`);
    const wanted = seconds.map((second) => `'${formatDuration(second)}'`).join(", ");
    expect(run).toEqual({ ...finish, stdout: `[${wanted}]\n['–', '–', '–', '–', '3.00s']\n` });
    expect(seconds).toHaveLength(20);
  });

  test("logs spans around blocks and functions, also asynchronous and failing ones", async () => {
    const run = await python(`
import asyncio
with span("id", "v34", "block") as metadata:
    metadata["chunks"] = 4
@span("id", "v34", "function")
def function(x): "doc"; return x + 1
@span(lambda: "other", "v34", "coroutine")
async def coroutine(x):
    await asyncio.sleep(0)
    return x + 1
@span("id", "v34", "failing")
def failing(): raise KeyError("private")
async def main():
    async with span("id", "v34", "async_block"): pass
    return await coroutine(1)
print(function(1), function.__name__, function.__doc__, asyncio.run(main()))
try: failing()
except KeyError as error: print("raised", error)
again = span("id", "v34", "nested")
with again as outer:
    with again as inner: inner["depth"] = 2
    outer["depth"] = 1`);
    expect(run).toEqual({ ...finish, stdout: "2 function doc 2\nraised 'private'\n" });
    expect(events().map(named)).toEqual([
      ["block_start", {}],
      ["block_complete", { chunks: 4 }],
      ["function_start", {}],
      ["function_complete", {}],
      ["async_block_start", {}],
      ["async_block_complete", {}],
      ["coroutine_start", {}],
      ["coroutine_complete", {}],
      ["failing_start", {}],
      ["failing_complete", { error: "KeyError" }],
      ["nested_start", {}],
      ["nested_start", {}],
      ["nested_complete", { depth: 2 }],
      ["nested_complete", { depth: 1 }],
    ]);
    expect(events().filter(({ requestId }) => requestId === "other")).toHaveLength(2);
  });

  test("makes the log 0640 and its folder 0750, and prefers $TIMMY_LATENCY_LOG", async () => {
    await python(`log_timing("id", "stt", "event")`);
    expect(statSync(log).mode & 0o777).toBe(0o640);
    expect(statSync(dirname(log)).mode & 0o777).toBe(0o750);
    const other = join(folder, "a", "b", "other.log");
    await python(`log_timing("id", "stt", "event")`, { TIMMY_LATENCY_LOG: other });
    expect(statSync(dirname(other)).mode & 0o777).toBe(0o750);
    expect(events()).toHaveLength(1);
  });

  test("never raises, and says one sentence per process where events are lost", async () => {
    mkdirSync(join(folder, "directory"));
    expect((await runProgram(["mkfifo", "fifo"], folder)).code).toBe(0);
    const places = ["directory", "fifo", "latency_tracker.py/x.log", "/dev/full"];
    for (const place of places) {
      const path = place.startsWith("/") ? place : join(folder, place);
      const text = `for n in range(3): log_timing("id", "stt", "event")\nprint("alive")`;
      const run = await python(text, { TIMMY_LATENCY_LOG: path });
      expect(run).toMatchObject({ code: 0, stdout: "alive\n" });
      expect(run.stderr).toMatch(
        /^latency_tracker: Cannot write to the log: .*; further lost events are not announced\n$/,
      );
    }
    expect(places).toHaveLength(4);
    const wrong = await python(`
class Wrong:
    def __str__(self): raise RuntimeError("no name")
    __bool__ = __str__
for wrong in (None, "", Wrong(), 0): log_timing(wrong, wrong, wrong, wrong)
import sys; sys.stderr.close(); latency_tracker._has_warned = False
log_timing("", "", "")
print("alive")`);
    expect(wrong).toMatchObject({ code: 0, stdout: "alive\n" });
    expect(existsSync(log)).toBe(false);
  });

  test("tries again where a rotation or, on Windows, another program holds the file", async () => {
    await python(`log_timing("id", "stt", "first")`);
    const run = await python(`
import os
really_open = os.open
def refuse(error, times):
    def open(*args):
        nonlocal times
        if times > 0:
            times -= 1
            raise error
        return really_open(*args)
    return open
sharing = PermissionError("in use")
sharing.winerror = 32
for error, times in ((sharing, 2), (BlockingIOError("busy"), 2), (sharing, 3), (PermissionError("no"), 1)):
    os.open = refuse(error, times)
    log_timing("id", "stt", type(error).__name__, {"times": times})`);
    expect(run).toMatchObject({ code: 0, stdout: "" });
    // Opened the third time; refused for good three times in a row; not tried twice.
    expect(events().map(named)).toEqual([
      ["first", {}],
      ["PermissionError", { times: 2 }],
      ["BlockingIOError", { times: 2 }],
    ]);
    expect(run.stderr).toMatch(/^[^\n]*in use; further lost events are not announced\n$/);
  });

  test("keeps every line whole among forks and threads", async () => {
    const run = await python(`
import os, threading
children = []
for process in range(4):
    child = os.fork()
    if child == 0:
        def write(thread):
            for n in range(250): log_timing(f"{process}-{thread}", "stt", f"event_{n}", {"n": n})
        threads = [threading.Thread(target=write, args=(thread,)) for thread in range(4)]
        for thread in threads: thread.start()
        for thread in threads: thread.join()
        os._exit(0)
    children.append(child)
print([os.waitpid(child, 0)[1] for child in children])`);
    expect(run).toEqual({ ...finish, stdout: "[0, 0, 0, 0]\n" });
    const found = events();
    const unique = new Set(found.map(({ requestId, name }) => `${requestId} ${name}`));
    expect([found.length, unique.size]).toEqual([4000, 4000]);
  });

  describeWithTools("counting writes", ["strace"], () => {
    test("writes an event at once, however long it is", async () => {
      const trace = join(folder, "trace");
      const text = `from latency_tracker import *
for size in (1, 5000, 100000, 1000000): log_timing("id", "stt", "event", {"text": "x" * size})`;
      const command = ["strace", "-f", "-e", "trace=write", "-o", trace, "python3", "-c", text];
      expect(await runProgram(command, folder)).toEqual(finish);
      const writes = readFileSync(trace, "utf8").match(/write\(\d+, "\{\\"timestamp/g);
      expect(writes).toHaveLength(4);
      expect(events()).toHaveLength(4);
    });
  });
});

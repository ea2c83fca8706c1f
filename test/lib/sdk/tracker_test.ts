import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { decodeLine } from "../../../lib/event/decode.ts";
import { Events as catalogueNames } from "../../../lib/event/names.ts";
import type { TimingEvent } from "../../../lib/event/timing_event.ts";
import {
  Events,
  formatDuration,
  generateRequestId,
  logTiming,
  span,
} from "../../../lib/sdk/tracker.ts";
import { temporaryFolder } from "../../support/binary.ts";

const canonical =
  /^\{"timestamp": \d+\.\d{6}, "iso_time": "\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}", "request_id": "[^"]*", "service": "[^"]*", "event": "[^"]*", "metadata": \{.*\}\}$/;

let folder: ReturnType<typeof temporaryFolder>;
let log: string;
const before = process.env["TIMMY_LATENCY_LOG"];

beforeEach(() => {
  folder = temporaryFolder();
  log = join(folder.path, "state", "latency.log");
  process.env["TIMMY_LATENCY_LOG"] = log;
});

afterEach(() => {
  if (before === undefined) delete process.env["TIMMY_LATENCY_LOG"];
  else process.env["TIMMY_LATENCY_LOG"] = before;
  folder[Symbol.dispose]();
});

function lines(): string[] {
  const text = readFileSync(log, "utf8");
  expect(text.endsWith("\n")).toBe(true);
  return text.slice(0, -1).split("\n");
}

function events(): TimingEvent[] {
  return lines().map((line) => {
    expect(line).toMatch(canonical);
    const bytes = new TextEncoder().encode(line);
    const decoded = decodeLine(bytes, 0, bytes.length, false);
    expect(decoded?.fault).toBeNull();
    expect(decoded?.events).toHaveLength(1);
    return decoded?.events[0] as TimingEvent;
  });
}

function named(event: TimingEvent): readonly [string, object] {
  return [event.name, event.metadata];
}

/** Runs a program of its own that has `logTiming` at hand and writes to `log`. */
async function runProgram(body: string): Promise<{ code: number; stdout: string; stderr: string }> {
  const module = JSON.stringify(
    join(import.meta.dir, "..", "..", "..", "lib", "sdk", "tracker.ts"),
  );
  const child = Bun.spawn(
    [process.execPath, "-e", `import { logTiming } from ${module};\n${body}`],
    { env: { ...process.env, TIMMY_LATENCY_LOG: log }, stdout: "pipe", stderr: "pipe" },
  );
  const [stdout, stderr, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { code, stdout, stderr };
}

describe("logTiming()", () => {
  test("appends one line in the canonical layout, stamped with the time of the call", () => {
    const earliest = Date.now() / 1000;
    logTiming("abc123de", "stt", Events.STT_TRANSCRIPT_FINALIZED, { text_length: 73 });
    const [event] = events();
    expect(event).toMatchObject({
      requestId: "abc123de",
      service: "stt",
      name: "stt_transcript_finalized",
      metadata: { text_length: 73 },
    });
    expect(event?.timestampSeconds).toBeGreaterThanOrEqual(earliest - 0.001);
    expect(event?.timestampSeconds).toBeLessThanOrEqual(Date.now() / 1000 + 0.001);
  });

  test("makes the log 0640 and its folder 0750", () => {
    logTiming("abc123de", "stt", "a");
    expect(statSync(log).mode & 0o777).toBe(0o640);
    expect(statSync(join(log, "..")).mode & 0o777).toBe(0o750);
  });

  test("keeps hostile text on one line and whole", () => {
    const text = 'quote " backslash \\ line\nend\u0000\u2028 ü 🎤';
    logTiming(text, text, text, { [text]: text });
    expect(lines()).toHaveLength(1);
    const bytes = new TextEncoder().encode(lines()[0]);
    expect(decodeLine(bytes, 0, bytes.length, false)?.events[0]).toMatchObject({
      requestId: text,
      service: text,
      name: text,
      metadata: { [text]: text },
    });
  });

  test("keeps the event where metadata cannot be written", () => {
    logTiming("abc123de", "stt", "a", { text: "x".repeat(2 ** 20) });
    logTiming("abc123de", "stt", "b", [1] as never);
    expect(events().map(named)).toEqual([
      ["a", { metadata_error: "The line would be longer than 1 MiB" }],
      ["b", { metadata_error: "Metadata must be an object" }],
    ]);
  });

  test("never throws, and warns once per process of what is lost", async () => {
    mkdirSync(log, { recursive: true });
    const { stdout, stderr, code } = await runProgram(`
      for (const wrong of [undefined, null, 7, Symbol("x"), Object.create(null), ""]) {
        logTiming(wrong, wrong, wrong, wrong);
      }
      logTiming("id", "stt", "a");
      logTiming("id", "stt", "b");
      console.log("alive");`);
    expect(stdout).toBe("alive\n");
    expect(stderr.match(/TimmyLatencyWarning/g)).toHaveLength(1);
    expect(code).toBe(0);
  });

  test("does not wait for a reader of a FIFO", async () => {
    mkdirSync(join(log, ".."), { recursive: true });
    expect(Bun.spawnSync(["mkfifo", log]).exitCode).toBe(0);
    const { stdout, stderr } = await runProgram(
      `logTiming("id", "stt", "a"); console.log("alive")`,
    );
    expect(stdout).toBe("alive\n");
    expect(stderr).toContain(`Cannot write to the log ${log}: it is a pipe that nobody reads`);
  });
});

describe("span()", () => {
  test("logs start and complete around a function and returns its result", () => {
    const result = span("abc123de", "tts", "render", () => {
      expect(events()).toHaveLength(1);
      return 42;
    });
    expect(result).toBe(42);
    expect(events().map(named)).toEqual([
      ["render_start", {}],
      ["render_complete", {}],
    ]);
  });

  test("awaits a promise before it logs complete", async () => {
    const work = span("abc123de", "tts", "render", async () => {
      await Bun.sleep(1);
      return "done";
    });
    expect(events()).toHaveLength(1);
    expect(await work).toBe("done");
    expect(events().map(named)).toEqual([
      ["render_start", {}],
      ["render_complete", {}],
    ]);
  });

  test("flags what was thrown and throws it on", () => {
    const failure = new RangeError("private words");
    expect(() =>
      span("abc123de", "tts", "render", () => {
        throw failure;
      }),
    ).toThrow(failure);
    expect(events().map(named)).toEqual([
      ["render_start", {}],
      ["render_complete", { error: "RangeError" }],
    ]);
  });

  test("flags what a promise was rejected with and rejects with it", async () => {
    const work = span("abc123de", "tts", "render", () => Promise.reject("a text"));
    expect(await work.then(null, (reason: unknown) => reason)).toBe("a text");
    expect(events().map(named)).toEqual([
      ["render_start", {}],
      ["render_complete", { error: "string" }],
    ]);
  });
});

describe("generateRequestId()", () => {
  test("makes 8 hex digits, another each time", () => {
    const ids = Array.from({ length: 100 }, generateRequestId);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}$/);
    expect(new Set(ids).size).toBe(100);
  });
});

describe("formatDuration()", () => {
  const table: readonly (readonly [number, string])[] = [
    [8.45, "8.45s"],
    [1, "1.00s"],
    [0.9996, "1.00s"],
    [0.9994, "999ms"],
    [0.123, "123ms"],
    [0.0005, "500µs"],
    [0, "0ms"],
    [-0.25, "-250ms"],
    [61.005, "61.01s"],
    [Number.NaN, "–"],
    [Number.POSITIVE_INFINITY, "–"],
  ];
  test.each(table)("writes %d seconds as %s", (seconds, text) => {
    expect(formatDuration(seconds)).toBe(text);
  });
  test("the table holds every case", () => expect(table).toHaveLength(11));
});

describe("Events", () => {
  test("holds the names of the catalogue and cannot be changed", () => {
    expect(Events).toEqual(catalogueNames);
    expect(Object.isFrozen(Events)).toBe(true);
  });
});

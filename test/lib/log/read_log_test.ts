import { describe, expect, test } from "bun:test";
import {
  closeSync,
  existsSync,
  linkSync,
  openSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { AccessError } from "../../../lib/error.ts";
import { problemKinds } from "../../../lib/event/decode.ts";
import { encodeEvent } from "../../../lib/event/encode.ts";
import type { TimingEvent } from "../../../lib/event/timing_event.ts";
import { type ReadReport, readLog } from "../../../lib/log/read_log.ts";
import { temporaryFolder } from "../../support/binary.ts";
import { runToEnd } from "../../support/child.ts";
import { eventAt, seededRandom, startSeconds } from "../../support/events.ts";
import { describeWithTools } from "../../support/tools.ts";

async function readAll(
  names: readonly string[],
  options: { maxLineBytes?: number; blockBytes?: number } = {},
): Promise<{ events: TimingEvent[]; report: ReadReport }> {
  const reading = await readLog(names, { maxLineBytes: 1024 * 1024, ...options });
  const events: TimingEvent[] = [];
  for (let event = await reading.next(); event !== null; event = await reading.next()) {
    events.push(event);
  }
  expect(await reading.next()).toBeNull();
  return { events, report: reading.report() };
}

const offsetsOf = (events: readonly TimingEvent[]) =>
  events.map((event) => Math.round((event.timestampSeconds - startSeconds) * 1000));

/** Writes events, given by their offsets in milliseconds, into a file of the folder. */
function writeLog(folder: string, name: string, offsets: readonly number[]): string {
  const path = join(folder, name);
  writeFileSync(path, offsets.map((at) => encodeEvent(eventAt(at, `stt_${at}`))).join(""));
  return path;
}

describe("readLog()", () => {
  test("gives the events of one file in the order in which they stand there", async () => {
    using folder = temporaryFolder();
    const path = writeLog(folder.path, "a.log", [5, 3, 9, 1]);
    const { events, report } = await readAll([path]);
    expect(offsetsOf(events)).toEqual([5, 3, 9, 1]);
    expect(events[0]).toEqual(eventAt(5, "stt_5"));
    const bytes = readFileSync(path).length;
    expect(report).toEqual({
      files: [path],
      scope: "whole",
      bytes,
      bytesRead: bytes,
      lines: 4,
      events: 4,
      recovered: 0,
      blank: 0,
      nulHoles: 0,
      fallbackLines: 0,
      problems: {
        total: 0,
        kinds: Object.fromEntries(problemKinds.map((kind) => [kind, 0])),
        first: [],
      } as never,
    });
  });

  test("merges files whose times overlap, always the earliest event first", async () => {
    using folder = temporaryFolder();
    const names = [
      writeLog(folder.path, "c.log", [2, 5, 8]),
      writeLog(folder.path, "a.log", [1, 4, 7]),
      writeLog(folder.path, "b.log", [3, 6, 9, 10, 11]),
    ];
    const { events, report } = await readAll(names);
    expect(offsetsOf(events)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    expect(report.files).toEqual([...names].sort());
    expect([report.lines, report.events]).toEqual([11, 11]);
  });

  test("lets files of different times follow one another", async () => {
    using folder = temporaryFolder();
    const later = writeLog(folder.path, "a.log", [100, 90, 110]);
    const earlier = writeLog(folder.path, "b.log", [2, 1, 3]);
    expect(offsetsOf((await readAll([later, earlier])).events)).toEqual([2, 1, 3, 100, 90, 110]);
  });

  test("gives the same events from any split into files, in any order of names", async () => {
    let cases = 0;
    for (let seed = 1; seed <= 20; seed++) {
      using folder = temporaryFolder();
      const random = seededRandom(seed);
      const offsets = Array.from(
        { length: 60 },
        (_, index) => index * 7 + Math.floor(random() * 7),
      );
      const parts = 1 + Math.floor(random() * 5);
      const part = offsets.map(() => Math.floor(random() * parts));
      const names = Array.from({ length: parts }, (_, file) =>
        writeLog(
          folder.path,
          `${file}.log`,
          offsets.filter((_, index) => part[index] === file),
        ),
      );
      for (const order of [names, [...names].reverse(), [...names, ...names]]) {
        const { events, report } = await readAll(order, {
          blockBytes: 1 + Math.floor(random() * 300),
        });
        expect([seed, offsetsOf(events)]).toEqual([seed, offsets]);
        expect(report.files).toEqual([...names].sort());
        cases++;
      }
    }
    expect(cases).toBe(60);
  });

  test("orders events of one instant by the names of their files, whatever the order of arguments", async () => {
    using folder = temporaryFolder();
    const [a, b] = [writeLog(folder.path, "a.log", [1, 2]), writeLog(folder.path, "b.log", [1, 2])];
    const lines = readFileSync(b, "utf8").replaceAll("stt_", "tts_");
    writeFileSync(b, lines);
    for (const names of [
      [a, b],
      [b, a],
    ]) {
      const { events } = await readAll(names);
      expect(events.map(({ name }) => name)).toEqual(["stt_1", "tts_1", "stt_2", "tts_2"]);
    }
  });

  test("reads a file once, by whatever names it comes", async () => {
    using folder = temporaryFolder();
    const path = writeLog(folder.path, "a.log", [1, 2]);
    const [soft, hard] = [join(folder.path, "soft.log"), join(folder.path, "hard.log")];
    symlinkSync(path, soft);
    linkSync(path, hard);
    const { events, report } = await readAll([
      soft,
      path,
      hard,
      path,
      join(folder.path, ".", "a.log"),
    ]);
    expect(offsetsOf(events)).toEqual([1, 2]);
    expect(report.files).toEqual([path]);
  });

  test("reads empty files and no files at all", async () => {
    using folder = temporaryFolder();
    const [empty, full] = [writeLog(folder.path, "a.log", []), writeLog(folder.path, "b.log", [1])];
    expect((await readAll([empty])).report).toMatchObject({ lines: 0, events: 0, bytes: 0 });
    expect(offsetsOf((await readAll([empty, full])).events)).toEqual([1]);
    expect((await readAll([])).report).toMatchObject({ files: [], lines: 0 });
  });

  test("leaves no descriptor open at the end", async () => {
    using folder = temporaryFolder();
    const path = writeLog(folder.path, "a.log", [1, 2]);
    const probe = () => {
      const descriptor = openSync(path, "r");
      closeSync(descriptor);
      return descriptor;
    };
    const before = probe();
    for (let round = 0; round < 10; round++) await readAll([path, path]);
    expect(probe()).toBe(before);
  });
});

describe("readLog() on a damaged log", () => {
  const good = (at: number) => encodeEvent(eventAt(at, `stt_${at}`)).trimEnd();

  test("counts each problem with its place and never stops", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "latency.log");
    const lines = [
      good(1), // line 1
      "null",
      `${good(2).slice(0, 60)}${good(3)}`,
      "",
      `${good(4)}${good(5)}`, // line 5
      '{"timestamp": 1}',
      `\0\0${good(6)}`,
      "x".repeat(600),
      `[${"[".repeat(70)}${"]".repeat(70)}]`,
      `{"a": ${"[".repeat(70)}${"]".repeat(70)}}`, // line 10
      "hello \x1b[31m\u202e",
      good(7),
      good(8).slice(0, 50),
    ];
    writeFileSync(path, lines.join("\n"));
    const { events, report } = await readAll([path], { maxLineBytes: 500 });
    expect(offsetsOf(events)).toEqual([1, 3, 4, 5, 6, 7]);
    expect(report).toMatchObject({ lines: 13, events: 6, recovered: 2, blank: 1, nulHoles: 1 });
    expect(report.problems.kinds).toEqual({
      field: 1,
      "bad json": 1,
      "not an object": 2,
      "too deep": 1,
      "too long": 1,
      torn: 1,
      "torn tail": 1,
    });
    expect(report.problems.total).toBe(8);
    const offsetOf = (line: number) =>
      Buffer.from(`${lines.slice(0, line - 1).join("\n")}\n`).length;
    expect(
      report.problems.first.map(({ file, line, offset, kind }) => [file, line, offset, kind]),
    ).toEqual(
      [
        [2, "not an object"],
        [3, "torn"],
        [6, "field"],
        [8, "too long"],
        [9, "not an object"],
        [10, "too deep"],
        [11, "bad json"],
        [13, "torn tail"],
      ].map(([line, kind]) => [path, line as number, offsetOf(line as number), kind as string]),
    );
    expect(report.problems.first[3]).toMatchObject({
      detail: "longer than 500 B before the line end",
      excerpt: `${"x".repeat(79)}…`,
    });
    // What is shown of a log cannot steer a terminal.
    expect(report.problems.first[6]?.excerpt).toBe("hello \\x1b[31m\\u202e");
  });

  test("takes an unended line beyond the cap for too long, not for a torn tail", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "latency.log");
    writeFileSync(path, `${good(1)}\n${good(2)}${" ".repeat(500)}`);
    const { events, report } = await readAll([path], { maxLineBytes: 500 });
    expect(offsetsOf(events)).toEqual([1]);
    expect(report.problems).toMatchObject({ total: 1, kinds: { "too long": 1, "torn tail": 0 } });
    expect(offsetsOf((await readAll([path])).events)).toEqual([1, 2]);
  });

  test("says in which of several files a problem is", async () => {
    using folder = temporaryFolder();
    const [a, b] = [join(folder.path, "a.log"), join(folder.path, "b.log")];
    writeFileSync(a, `${good(1)}\nnull\n`);
    writeFileSync(b, `7\n${good(2)}\n`);
    const { report } = await readAll([b, a]);
    expect(report.problems.first.map(({ file, line }) => `${file}:${line}`).sort()).toEqual([
      `${a}:2`,
      `${b}:1`,
    ]);
  });

  test("counts every problem, and lists the first thousand", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "latency.log");
    writeFileSync(path, "null\n".repeat(1_234));
    const { report } = await readAll([path]);
    expect([report.problems.total, report.problems.first.length]).toEqual([1_234, 1_000]);
    expect(report.problems.first.at(-1)?.line).toBe(1_000);
  });

  test("gives the same for any size of blocks", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "latency.log");
    writeFileSync(
      path,
      `\ufeff${good(1)}\r\n\0\0\0${good(2)}\0${good(3)}${good(4)}\n\n${"y".repeat(900)}\n\ufeff${good(5)}`,
    );
    const whole = await readAll([path], { maxLineBytes: 800 });
    expect(offsetsOf(whole.events)).toEqual([1, 2, 3, 4, 5]);
    expect(whole.report).toMatchObject({ recovered: 2, nulHoles: 2, blank: 1, lines: 5 });
    expect(whole.report.problems.kinds).toMatchObject({ "too long": 1, torn: 1 });
    for (const blockBytes of [1, 2, 3, 5, 17, 100, 319, 320, 321, 801]) {
      expect(await readAll([path], { maxLineBytes: 800, blockBytes })).toEqual(whole);
    }
  });
});

describe("readLog() refuses, with the place and the reason,", () => {
  test("a missing file, though others are there", async () => {
    using folder = temporaryFolder();
    const [path, missing] = [writeLog(folder.path, "a.log", [1]), join(folder.path, "b.log")];
    await expect(readAll([path, missing])).rejects.toThrow(
      new AccessError(`Cannot read the log ${missing}: no such file or directory`),
    );
  });

  test("a folder without logs", async () => {
    using folder = temporaryFolder();
    await expect(readAll([folder.path])).rejects.toThrow(
      new AccessError(
        `Cannot read the logs in ${folder.path}: there is no *.log, *.jsonl or *.ndjson, plain or packed`,
        "ENOENT",
      ),
    );
  });

  test.skipIf(!existsSync("/proc/self/mem"))(
    "a file that cannot be read, once it is tried",
    async () => {
      await expect(readAll(["/proc/self/mem"])).rejects.toThrow(
        new AccessError(
          "Cannot read the log /proc/self/mem: the device reports an input/output error",
        ),
      );
    },
  );
});

describeWithTools("readLog() from a pipe", ["mkfifo", "bash"], () => {
  test("reads what comes in pieces, line by line", async () => {
    using folder = temporaryFolder();
    const path = writeLog(folder.path, "a.log", [1, 2, 3]);
    const fifo = join(folder.path, "fifo");
    await runToEnd(["mkfifo", fifo]);
    const script =
      'exec 3>"$2"; while IFS= read -r line; do printf %s "$line" >&3; sleep 0.01; printf "\\n" >&3; done <"$1"';
    const writer = Bun.spawn(["bash", "-c", script, "bash", path, fifo]);
    const { events, report } = await readAll([fifo]);
    expect(await writer.exited).toBe(0);
    expect(offsetsOf(events)).toEqual([1, 2, 3]);
    expect(report.bytes).toBe(readFileSync(path).length);
  });
});

/** The summary by bytes, by exact decoding of every line, and by objects: one log, one answer. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { encodeEvent } from "../lib/event/encode.ts";
import { hintRules } from "../lib/hints/find_hints.ts";
import type { Analysis } from "../lib/pipeline/reading.ts";
import { analyzeLog } from "../lib/pipeline.ts";
import { hintsToJson } from "../lib/render/hints_json.ts";
import { logToJson, summaryToJson } from "../lib/render/json.ts";
import type { Selection } from "../lib/request/select.ts";
import { fixtures, runShell, temporaryFolder } from "./support/binary.ts";
import { type Damage, damagedLog, damages } from "./support/damaged_log.ts";
import { eventAt, startSeconds } from "./support/events.ts";
import { turnsOf } from "./support/turn_log.ts";

setDefaultTimeout(60_000);

const usualMaxLineBytes = 1024 * 1024;

/** All that an analysis says but for the count of lines that took the long way. */
function tell(analysis: Analysis, names: readonly string[]): string {
  const { fallback_lines: _, ...log } = logToJson(analysis.log);
  const { selected, searched, otherIds } = analysis;
  const summary = summaryToJson(analysis.summary);
  const { clocks } = analysis;
  const hints = hintsToJson(analysis.hints);
  return JSON.stringify(
    { summary, clocks, hints, log, selected, searched, otherIds, names },
    null,
    1,
  );
}

/** Analyses a log by all ways, in blocks of all these sizes; returns what they agree on. */
async function agree(
  names: readonly string[],
  {
    maxLineBytes = usualMaxLineBytes,
    blocks = [undefined] as (number | undefined)[],
    selection = {} as Selection,
  } = {},
): Promise<Analysis> {
  const options = { names, idleSeconds: 600, maxLineBytes, selection };
  // Whoever wants to see requests is served the plain way.
  const plain = await analyzeLog(options, () => {});
  const wanted = tell(plain, names);
  let fast: Analysis | null = null;
  const fallbacks = new Set<number>();
  for (const blockBytes of blocks) {
    const inBlocks = blockBytes === undefined ? options : { ...options, blockBytes };
    const exact = await analyzeLog({ ...inBlocks, strictMetadata: true }, null);
    fast = await analyzeLog(inBlocks, null);
    expect(exact.log.fallbackLines).toBe(0);
    fallbacks.add(fast.log.fallbackLines);
    for (const [way, analysis] of Object.entries({ exact, fast })) {
      const found = tell(analysis, names);
      if (found !== wanted) expect(`${way}, blocks of ${blockBytes}: ${found}`).toBe(wanted);
    }
  }
  if (fast === null) throw new Error("no size of blocks");
  // Which lines took the long way does not depend on blocks either.
  expect(fallbacks.size).toBe(1);
  return fast;
}

const messy = gunzipSync(readFileSync(join(fixtures, "messy.log.gz")));
const blocks = [1, 7, 4096, undefined];

describe("all ways agree on", () => {
  const samples = readdirSync(fixtures).filter((name) => name.endsWith(".log"));

  test.each(samples)("the sample %s", async (name) => {
    const { log } = await agree([join(fixtures, name)], { blocks });
    expect(log.events).toBeGreaterThan(10);
    expect([log.problems.total, log.fallbackLines]).toEqual([0, 0]);
  });

  test("the five samples there are", () => {
    expect(samples.length).toBe(5);
  });

  test("the messy log, packed and unpacked, whatever the size of blocks", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "messy.log");
    writeFileSync(path, messy);
    const { log } = await agree([path], { blocks: [4096, 65_537, undefined] });
    expect(log.problems.total).toBeGreaterThan(5);
    expect(log.fallbackLines).toBeGreaterThan(5);
    expect(log.fallbackLines).toBeLessThan(log.lines);
    await agree([path], { maxLineBytes: 1_000, blocks });
    await agree([join(fixtures, "messy.log.gz")], { blocks: [4096, undefined] });
  });

  test("logs with every kind of damage, whatever the cap and the size of blocks", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "damaged.log");
    const done = new Map<Damage, number>();
    const met = { logs: 0, events: 0, fallback: 0, problems: 0, holes: 0, recovered: 0, early: 0 };
    const kinds = new Set<string>();
    for (let seed = 1; seed <= 120; seed++) {
      const maxLineBytes = [250, 400, 3_000][seed % 3] ?? 250;
      const shape = {
        seed,
        requests: 4 + (seed % 5),
        maxLineBytes,
        percent: [5, 30, 90][seed % 4] ?? 10,
      };
      const made = damagedLog(shape);
      for (const damage of made.done) done.set(damage, (done.get(damage) ?? 0) + 1);
      writeFileSync(path, made.bytes);
      const { log } = await agree([path], {
        maxLineBytes,
        blocks: seed % 6 === 0 ? [1, 4096] : [7 + seed, undefined],
      });
      met.logs++;
      met.events += log.events;
      met.fallback += log.fallbackLines;
      met.problems += log.problems.total;
      met.holes += log.nulHoles;
      met.recovered += log.recovered;
      for (const [kind, count] of Object.entries(log.problems.kinds))
        if (count > 0) kinds.add(kind);
    }
    expect(met.logs).toBe(120);
    expect([...done.keys()].sort()).toEqual([...damages].sort());
    expect(Math.min(...done.values())).toBeGreaterThan(20);
    expect(met.events).toBeGreaterThan(8_000);
    expect(met.fallback).toBeGreaterThan(3_000);
    expect(met.fallback).toBeLessThan(met.events);
    expect(Math.min(met.problems, met.holes, met.recovered)).toBeGreaterThan(300);
    expect([...kinds].sort()).toEqual([
      "bad json",
      "field",
      "not an object",
      "too deep",
      "too long",
      "torn",
      "torn tail",
    ]);
  });

  test("larger logs, clean and hardly damaged", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "large.log");
    for (const [seed, percent] of [
      [1, 0],
      [2, 1],
      [3, 1],
    ] as const) {
      const shape = { seed, requests: 700, maxLineBytes: 5_000, percent };
      writeFileSync(path, damagedLog(shape).bytes);
      const { log } = await agree([path], { maxLineBytes: 5_000, blocks: [1_000, undefined] });
      expect(log.events).toBeGreaterThan(12_000);
      expect(log.fallbackLines > 10).toBe(percent > 0);
    }
  });

  test("lines around the usual cap, and longer than any buffer", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "long.log");
    const tails = ["", "\n", "\r\n"];
    const lengths = [-2, -1, 0, 1, 2, usualMaxLineBytes, 2 * usualMaxLineBytes + 77];
    let cases = 0;
    for (const tail of tails) {
      const long = lengths.map((more) => lineOfLength(usualMaxLineBytes + more));
      const all = [lineOfLength(300), ...long.flatMap((one) => [one, lineOfLength(250)])];
      writeFileSync(path, `${all.join("\n")}\n${lineOfLength(usualMaxLineBytes + cases)}${tail}`);
      const { log } = await agree([path], { blocks: [4096, undefined] });
      expect(log.problems.kinds["too long"]).toBe(4 + Number(cases > 0));
      cases++;
    }
    expect(cases).toBe(3);
  });

  test("so many events on one line beyond the cap that the engine needs more memory", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "long.log");
    const events = Array.from({ length: 20_000 }, (_, index) =>
      encodeEvent(eventAt(index, "stt_x", { id: `id${index}` })).trim(),
    );
    writeFileSync(path, `${events.join("\0")}\n${events[0]}\n`);
    const { log } = await agree([path], { maxLineBytes: 10_000, blocks: [4096, undefined] });
    expect([log.events, log.lines, log.fallbackLines]).toEqual([20_001, 2, 1]);
  });

  test("files of hardly any bytes", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "small.log");
    const bom = "\ufeff";
    const event = encodeEvent(eventAt(0, "stt_x"));
    const small = [
      ...[
        "",
        "\n",
        "\r",
        "\r\n",
        " ",
        "\n\n",
        "x",
        "{",
        "\0",
        "\0\n",
        "\n\0",
        "\0\0\0",
        "\0x\0",
        "x\0\0\n",
      ],
      ...[bom, `${bom}\n`, `${bom}${bom}`, `\n${bom}`, `${bom}\0\n`, `${bom}\0${bom}`, `\0${bom}`],
      ...[event, event.trim(), `${bom}${event}`, `${bom}${event.trim()}`, `${event}${bom}${event}`],
      ...[`${event.trim()}\0`, `${event}\0`, `\0${event}`, `${event}\0\0${event}`, `${event} `],
      ...[
        `${bom}${bom}${event}`,
        `\n${bom}${event.trim()}\0`,
        `${event.trim()}${event}`,
        `${event}\r`,
      ],
    ];
    for (const text of small) {
      writeFileSync(path, text);
      for (const maxLineBytes of [1, 2, 10, 1_000]) await agree([path], { maxLineBytes, blocks });
    }
    for (const bytes of [[0xef], [0xef, 0xbb], [0xef, 0xbb, 0x0a], [0xef, 0xbb, 0xbe]]) {
      writeFileSync(path, Buffer.from(bytes));
      for (const maxLineBytes of [1, 2, 10]) await agree([path], { maxLineBytes, blocks });
    }
    expect(small.length).toBe(35);
  });

  test("every hint, drawn from lines of both layouts", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "hints.log");
    const events = turnsOf(40, (turn, index) => {
      Object.assign(turn, { llm: turn.llm + 2_500, gap: 414, hop: turn.hop + 2_050 });
      Object.assign(turn, { micPause: 200 + (index % 3), prefill: turn.promptTokens / 20 });
      if (index % 2 === 0) turn.silence = 1_280;
      else turn.endpoint = 1_290;
      if (index % 10 === 0) Object.assign(turn, { sinceLast: 400_000, load: 4_000 });
      if (index < 5) turn.hop = -30;
    });
    const lines = events.map((event, index) => {
      const line = encodeEvent(event);
      // A key that has to be unescaped takes the exact path, a further key does not.
      if (index % 3 === 0) return line.replace('"event"', '"\\u0065vent"');
      return index % 3 === 1 ? `${JSON.stringify({ host: "pc", ...JSON.parse(line) })}\n` : line;
    });
    writeFileSync(path, lines.join(""));
    const { hints, log } = await agree([path], { blocks: [4096, undefined] });
    expect(new Set(hints.map(({ rule }) => rule)).size).toBe(hintRules.length);
    expect(hints.find(({ rule }) => rule === "growing_prefill")?.figures["n"]).toBe(40);
    expect(log.fallbackLines).toBeGreaterThan(200);
    expect(log.fallbackLines).toBeLessThan(log.lines / 2);
  });

  test("archives, whole, cut off and damaged", async () => {
    using folder = temporaryFolder();
    const whole = damagedLog({ seed: 8, requests: 60, maxLineBytes: 3_000, percent: 5 }).bytes;
    const packings = { gz: gzipSync(whole), zst: Buffer.from(Bun.zstdCompressSync(whole)) };
    let damaged = 0;
    for (const [ending, packed] of Object.entries(packings)) {
      const path = join(folder.path, `packed.log.${ending}`);
      for (const length of [packed.length, packed.length - 3, packed.length >> 1, 40, 3, 0]) {
        writeFileSync(path, packed.subarray(0, length));
        const { log } = await agree([path], { maxLineBytes: 3_000, blocks: [7, 4096, undefined] });
        damaged += log.problems.kinds["torn tail"] ?? 0;
      }
      const broken = Buffer.from(packed);
      broken.fill(0x55, packed.length >> 1, (packed.length >> 1) + 40);
      writeFileSync(path, broken);
      await agree([path], { maxLineBytes: 3_000, blocks: [4096, undefined] });
    }
    expect(damaged).toBeGreaterThan(6);
  });

  test("more names of events than are kept apart", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "names.log");
    const events = Array.from({ length: 14_000 }, (_, index) =>
      eventAt(index, `job ${index}_${index % 2 === 0 ? "start" : "end"}`, {
        id: `id${index % 50}`,
      }),
    );
    writeFileSync(path, events.map((event) => encodeEvent(event)).join(""));
    const { log } = await agree([path]);
    expect(log.folded).toBeGreaterThan(5_000);
  });
});

test("names beyond all bounds are counted as folded, whichever way a log is read", async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, "names.log");
  const events = Array.from({ length: 17_000 }, (_, index) =>
    eventAt(index, `job ${index}`, { id: `id${index % 50}` }),
  );
  writeFileSync(path, events.map((event) => encodeEvent(event)).join(""));
  const options = { names: [path], idleSeconds: 600, maxLineBytes: 1_000, selection: {} };
  const fast = await analyzeLog(options, null);
  const plain = await analyzeLog(options, () => {});
  const { folded: fastFolded, fallbackLines, ...log } = fast.log;
  const { folded: plainFolded, fallbackLines: _, ...wanted } = plain.log;
  expect(log).toEqual(wanted);
  expect(fast.summary.figures).toEqual(plain.summary.figures);
  // Gaps and steps, all of different names.
  expect(plainFolded).toBe(2 * (17_000 - 50 - 4_096));
  // The scanner knows 16 384 names; what has one name then makes gaps and steps of one name.
  expect([fallbackLines, fastFolded]).toEqual([616, plainFolded + 617 - 2 * 566]);
});

/** An event of so many bytes. */
function lineOfLength(bytes: number): string {
  const text = (length: number) =>
    encodeEvent(eventAt(0, "stt_x", { metadata: { text: "x".repeat(length) } })).trim();
  return text(bytes - text(0).length);
}

/** Every kind of choice, and how many requests of one of the logs below it is to find at least. */
const selections: readonly (readonly [Selection, number])[] = [
  [{ sinceSeconds: startSeconds + 20 }, 10],
  [{ untilSeconds: startSeconds + 20 }, 10],
  [{ sinceSeconds: startSeconds + 20, untilSeconds: startSeconds + 30 }, 1],
  [{ service: "tts" }, 10],
  [{ service: "nobody" }, 0],
  [{ request: "id7" }, 1],
  [{ request: "id9-of" }, 1],
  [{ request: "id18-of", all: true }, 1],
  [{ request: "id0-of-more-than-16", all: true }, 2],
  [{ request: "id", all: true }, 0],
  [{ tail: 3 }, 3],
  [{ slowest: 4 }, 4],
  [{ tail: 20, slowest: 2 }, 2],
  [{ service: "v34", sinceSeconds: startSeconds + 8, tail: 5 }, 5],
  [{ session: "s" }, 0],
];

test("all ways agree on every selection", async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, "chosen.log");
  const most = selections.map(() => 0);
  let cases = 0;
  for (let seed = 1; seed <= 9; seed++) {
    const shape = { seed, requests: 80, maxLineBytes: 3_000, percent: [0, 10][seed % 2] ?? 0 };
    writeFileSync(path, damagedLog(shape).bytes);
    for (const [index, [selection]] of selections.entries()) {
      const { selected } = await agree([path], { maxLineBytes: 3_000, selection });
      most[index] = Math.max(most[index] ?? 0, selected);
      cases++;
    }
  }
  expect(cases).toBe(9 * selections.length);
  const missed = selections.filter(([, least], index) => (most[index] ?? 0) < least);
  expect(missed).toEqual([]);
});

describe("standard input", () => {
  test("is read like a file, from a file and from a pipe", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "damaged.log");
    const shape = { seed: 77, requests: 300, maxLineBytes: 5_000, percent: 3 };
    writeFileSync(path, damagedLog(shape).bytes);
    const plain = await agree([path], { maxLineBytes: 5_000 });
    for (const feed of ['timmy analyze - <"$1"', 'cat "$1" | timmy analyze -']) {
      const { stdout, code } = await runShell(`${feed} --summary --format json --max-line 5000`, [
        path,
      ]);
      expect(code).toBeLessThan(2);
      const { summary, log } = JSON.parse(stdout);
      expect(summary).toEqual(JSON.parse(JSON.stringify(summaryToJson(plain.summary))));
      const wanted = JSON.parse(JSON.stringify(logToJson(plain.log)).replaceAll(path, "-"));
      expect(log).toEqual(wanted);
    }
  });
});

/** Conversations by bytes, by exact decoding of every line, and by objects: one log, one answer. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { encodeEvent } from "../lib/event/encode.ts";
import { type LogPart, partsAt } from "../lib/pipeline/plan_parts.ts";
import { readSessions } from "../lib/pipeline/read_sessions.ts";
import type { ReaderOptions, Reading } from "../lib/pipeline/reading.ts";
import { scanSessions } from "../lib/pipeline/scan_sessions.ts";
import { JsonDocument } from "../lib/render/document.ts";
import { logToJson } from "../lib/render/json.ts";
import { sessionToJson, turnToJson } from "../lib/render/session_json.ts";
import { lineFrame, writeSessionRows } from "../lib/render/session_rows.ts";
import { renderSessionsText } from "../lib/render/session_text.ts";
import { plainStyle } from "../lib/render/style.ts";
import type { SessionsReport } from "../lib/report/session_report.ts";
import type { Selection } from "../lib/request/select.ts";
import { describeSessions } from "../lib/session/describe_sessions.ts";
import { fixtures, run, temporaryFolder } from "./support/binary.ts";
import { conversationLog, type TurnShape } from "./support/conversation.ts";
import { type Damage, damagedLog, damages } from "./support/damaged_log.ts";
import { eventAt, startSeconds } from "./support/events.ts";
import { anyParts, readInParts, unsteadyLog } from "./support/in_parts.ts";
import { lineStarts } from "./support/parted_log.ts";
import { wildTurns } from "./support/wild_turns.ts";

setDefaultTimeout(120_000);

/** How the ways are to be compared. */
interface Comparison {
  readonly maxLineBytes?: number;
  readonly blocks?: readonly (number | undefined)[];
  readonly gapSeconds?: number | null;
  readonly selection?: Selection;
}

/** What all ways agree on. */
interface Agreed extends Reading {
  readonly sessions: number;
  readonly text: string;
  readonly told: string;
}

type Way = typeof scanSessions;

/** All that an answer says, in every form, but for the count of lines that took the long way. */
async function tell(way: Way, options: ReaderOptions, gapSeconds: number | null) {
  const reading = await way(options, gapSeconds);
  if (reading === null) throw new Error("the way is not open");
  const { groups } = reading;
  const report = describeSessions(groups, 8_000);
  const form = {
    style: plainStyle,
    utc: true,
    nowSeconds: startSeconds,
    contextTokens: 8_000,
    chart: null,
  };
  const text = [...renderSessionsText(report, form)].join("");
  const sessions = Array.from(report.sessions, (session) => ({
    ...sessionToJson(session),
    turns: Array.from(session.turns, turnToJson),
  }));
  const json = jsonOf(report, sessions);
  const { fallback_lines: _, ...log } = logToJson(reading.log);
  const { selected, searched, otherIds } = reading;
  const { count, coldRate } = report;
  const told = { sessions, count, coldRate, log, selected, searched, otherIds };
  const byRows = report.openRows !== null;
  return { reading, sessions: count, text, json, byRows, told: JSON.stringify(told, null, 1) };
}

/** What is written of the conversations as one document, and as lines: by rows where there are such. */
function jsonOf(
  { openRows }: SessionsReport,
  sessions: readonly unknown[],
): { readonly document: string; readonly lines: string } {
  const texts = sessions.map((session) => JSON.stringify(session));
  const list = texts.map((text) => `\n${text}`).join(",");
  const document = `{"schema":1,"sessions":[${list}${sessions.length === 0 ? "" : "\n"}]}\n`;
  const lines = texts.map((text) => `${text}\n`).join("");
  // More would be written in the same way, and take a minute.
  const isFew = sessions.length > 0 && sessions.length < 10_000;
  if (openRows === null || !isFew) return { document, lines };
  const written: string[] = [];
  const writer = new JsonDocument("sessions", (text) => written.push(text));
  writeSessionRows(
    openRows((bytes) => written.push(bytes.toString())),
    writer.frame(),
  );
  writer.end({});
  const rows: string[] = [];
  writeSessionRows(
    openRows((bytes) => rows.push(bytes.toString())),
    lineFrame,
  );
  return { document: written.join(""), lines: rows.join("") };
}

/** Reads a log by all ways, in blocks of all these sizes; returns what they agree on. */
async function agree(names: readonly string[], comparison: Comparison = {}): Promise<Agreed> {
  const { maxLineBytes = 1024 * 1024, blocks = [undefined], gapSeconds = null } = comparison;
  const { selection = {} } = comparison;
  const options = { names, idleSeconds: 600, maxLineBytes, selection };
  const wanted = await tell(readSessions, options, gapSeconds);
  let last: Reading = wanted.reading;
  for (const blockBytes of blocks) {
    const inBlocks = blockBytes === undefined ? options : { ...options, blockBytes };
    const exact = await tell(scanSessions, { ...inBlocks, strictMetadata: true }, gapSeconds);
    const fast = await tell(scanSessions, inBlocks, gapSeconds);
    expect(exact.reading.log.fallbackLines).toBe(0);
    for (const [way, found] of Object.entries({ exact, fast })) {
      if (found.told !== wanted.told) {
        expect(`${way}, blocks of ${blockBytes}: ${found.told}`).toBe(wanted.told);
      }
      if (found.text !== wanted.text) expect(`${way}: ${found.text}`).toBe(wanted.text);
      if (found.json.document !== wanted.json.document) expect(found.json).toEqual(wanted.json);
      if (found.json.lines !== wanted.json.lines) expect(found.json).toEqual(wanted.json);
      expect(found.byRows).toBe(true);
    }
    last = fast.reading;
  }
  return { ...last, sessions: wanted.sessions, text: wanted.text, told: wanted.told };
}

const blocks = [1, 7, 4096, undefined];

const samples = readdirSync(fixtures).filter((name) => name.endsWith(".log"));

describe("all ways agree on", () => {
  test.each(samples)("the sample %s", async (name) => {
    const { log, sessions, selected } = await agree([join(fixtures, name)], { blocks });
    expect(Math.min(sessions, selected, log.events)).toBeGreaterThan(0);
    expect([log.problems.total, log.fallbackLines]).toEqual([0, 0]);
    await agree([join(fixtures, name)], { gapSeconds: 20 });
  });

  test("the five samples there are", () => {
    expect(samples.length).toBe(5);
  });

  test("the messy log, packed and unpacked, whatever the size of blocks", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "messy.log");
    writeFileSync(path, gunzipSync(readFileSync(join(fixtures, "messy.log.gz"))));
    const { log, sessions } = await agree([path], { blocks: [4096, 65_537, undefined] });
    expect(Math.min(log.problems.total, log.fallbackLines, sessions * 6)).toBeGreaterThan(5);
    await agree([path], { maxLineBytes: 1_000, blocks, gapSeconds: 5 });
    await agree([join(fixtures, "messy.log.gz")], { blocks: [4096, undefined] });
  });

  test("turns unlike any sane ones, with every kind of damage", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "damaged.log");
    const done = new Map<Damage, number>();
    const met = { events: 0, turns: 0, sessions: 0, fallback: 0, problems: 0, recovered: 0 };
    for (let seed = 1; seed <= 120; seed++) {
      const maxLineBytes = [400, 600, 3_000][seed % 3] ?? 400;
      const made = damagedLog({
        seed,
        requests: 0,
        maxLineBytes,
        percent: [0, 5, 30, 90][seed % 4] ?? 10,
        events: wildTurns(seed, 8 + (seed % 5)),
      });
      for (const damage of made.done) done.set(damage, (done.get(damage) ?? 0) + 1);
      writeFileSync(path, made.bytes);
      const { log, sessions, selected } = await agree([path], {
        maxLineBytes,
        blocks: seed % 6 === 0 ? [1, 4096] : [7 + seed, undefined],
        gapSeconds: seed % 2 === 0 ? 30 : null,
      });
      met.events += log.events;
      met.turns += selected;
      met.sessions += sessions;
      met.fallback += log.fallbackLines;
      met.problems += log.problems.total;
      met.recovered += log.recovered;
    }
    expect([...done.keys()].sort()).toEqual([...damages].sort());
    expect(Math.min(...done.values())).toBeGreaterThan(20);
    expect(met.events).toBeGreaterThan(10_000);
    expect(met.fallback).toBeGreaterThan(3_000);
    expect(met.fallback).toBeLessThan(met.events);
    expect(met.turns).toBeGreaterThan(1_000);
    expect(Math.min(met.sessions, met.problems, met.recovered)).toBeGreaterThan(200);
  });

  test("archives, whole and cut off", async () => {
    using folder = temporaryFolder();
    const events = wildTurns(5, 60);
    const whole = damagedLog({ seed: 8, requests: 0, maxLineBytes: 3_000, percent: 5, events });
    const packings = {
      gz: gzipSync(whole.bytes),
      zst: Buffer.from(Bun.zstdCompressSync(whole.bytes)),
    };
    let damaged = 0;
    for (const [ending, packed] of Object.entries(packings)) {
      const path = join(folder.path, `packed.log.${ending}`);
      for (const length of [packed.length, packed.length >> 1, 3, 0]) {
        writeFileSync(path, packed.subarray(0, length));
        const { log } = await agree([path], { maxLineBytes: 3_000, blocks: [7, undefined] });
        damaged += log.problems.kinds["torn tail"] ?? 0;
      }
    }
    expect(damaged).toBeGreaterThan(3);
  });

  test("more conversations than are kept apart", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "many.log");
    const lines = Array.from({ length: 66_000 }, (_, index) =>
      encodeEvent(
        eventAt(index * 10, "stt_hello", {
          id: `id${index}`,
          metadata: { session_id: `talk ${index}` },
        }),
      ),
    );
    writeFileSync(path, lines.join(""));
    const { log, sessions } = await agree([path]);
    expect([log.folded, sessions]).toEqual([66_000 - 65_536, 65_537]);
  });
});

describe("a log in parts has the same conversations", () => {
  /** Reads the one log in these parts. */
  const inParts = (parts: readonly LogPart[]): Way => {
    return async ({ names: [path = ""], idleSeconds, maxLineBytes, blockBytes }, gapSeconds) => {
      const found = await readInParts(path, parts, {
        wishes: { of: "sessions", gapSeconds },
        idleSeconds,
        maxLineBytes,
        ...(blockBytes === undefined ? {} : { blockBytes }),
      });
      return { groups: found.findings.turns.groups, hints: [], ...found.reading };
    };
  };

  /** Reads a log by objects, and in parts, in all these ways; says what came of each of them. */
  async function agreeInParts(
    path: string,
    gapSeconds: number | null,
    ways: readonly (readonly LogPart[])[],
    blockBytes = 4096,
  ) {
    const options = { names: [path], idleSeconds: 600, maxLineBytes: 1024 * 1024, selection: {} };
    const wanted = await tell(readSessions, options, gapSeconds);
    const all = [];
    for (const parts of ways) {
      const found = await tell(inParts(parts), { ...options, blockBytes }, gapSeconds);
      if (found.told !== wanted.told) expect(found.told).toBe(wanted.told);
      if (found.text !== wanted.text) expect(found.text).toBe(wanted.text);
      const { log, threads: { threads, whyFewer } = { threads: 1, whyFewer: null } } =
        found.reading;
      all.push({ log, sessions: found.sessions, threads, whyFewer });
    }
    expect(all.length).toBe(ways.length);
    return all;
  }

  test("wherever it is cut, whatever goes on there, with odd lines and clocks that step", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "voice.log");
    const met = { logs: 0, joined: 0, sessions: 0, fallback: 0 };
    for (let seed = 1; seed <= 24; seed++) {
      const bytes = unsteadyLog(seed, 300 + (seed % 5) * 100);
      writeFileSync(path, bytes);
      const ways = [1, 2, 3, 7].map((count) => anyParts(bytes, count, seed * 10 + count));
      const block = [13, 997, 65_536][seed % 3] ?? 4096;
      for (const { log, sessions, threads } of await agreeInParts(path, null, ways, block)) {
        met.logs++;
        met.joined += threads - 1;
        met.sessions += sessions;
        met.fallback += log.fallbackLines;
      }
    }
    expect(met.logs).toBe(96);
    expect(met.joined).toBeGreaterThan(30);
    expect(Math.min(met.sessions, met.fallback)).toBeGreaterThan(200);
  });

  /** A log of so many requests of one event each, of the conversations that `sessionOf` names; cut before some. */
  function writeTurns(
    path: string,
    count: number,
    sessionOf: (turn: number) => string | null,
    cuts: readonly number[],
  ): LogPart[] {
    const lines = Array.from({ length: count }, (_, turn) => {
      const session = sessionOf(turn);
      const metadata = session === null ? {} : { session_id: session };
      return encodeEvent(eventAt(turn * 1_000, "stt_hello", { id: `id${turn}`, metadata }));
    });
    const bytes = Buffer.from(lines.join(""));
    writeFileSync(path, bytes);
    const starts = lineStarts(bytes);
    return partsAt(
      cuts.map((turn) => starts[turn - 1] ?? 0),
      () => 0,
    );
  }

  test("of which one only may be cut at silences, as it depends on the turn before", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "gaps.log");
    const named = (turn: number) => `talk ${turn % 9}`;
    const cases: readonly [(turn: number) => string | null, threads: number][] = [
      [named, 3],
      [(turn) => (turn < 300 ? null : named(turn)), 3],
      [(turn) => (turn === 1_990 ? null : named(turn)), 1],
      [() => null, 1],
    ];
    for (const [sessionOf, threads] of cases) {
      const parts = writeTurns(path, 2_000, sessionOf, [1_200, 1_700]);
      const whyFewer = threads === 1 ? "the order of its requests matters" : null;
      expect(await agreeInParts(path, 0.5, [parts])).toMatchObject([{ threads, whyFewer }]);
      expect(await agreeInParts(path, null, [parts])).toMatchObject([{ threads: 3 }]);
    }
    expect(cases.length).toBe(4);
  });

  test("whose ids are long, or spelled in several ways", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "ids.log");
    const ids = [
      "unknown",
      "other",
      "ä",
      'a"b\\',
      "x".repeat(300),
      `${"x".repeat(300)}y`,
      "\u2028",
    ];
    const parts = writeTurns(path, 2_000, (turn) => ids[turn % 8] ?? null, [900, 1_500]);
    expect(await agreeInParts(path, null, [parts])).toMatchObject([{ threads: 3, sessions: 8 }]);
  });

  test("also when there are more than are kept apart, in all parts together or in one", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "many.log");
    const sessionOf = (turn: number) => (turn % 100 === 99 ? null : `talk ${turn % 68_950}`);
    const parts = writeTurns(path, 70_000, sessionOf, [1_000, 30_000, 55_000]);
    const two = partsAt([parts[1]?.from ?? 0], () => 0);
    const [together, inOne] = await agreeInParts(path, null, [parts, two]);
    expect(together).toMatchObject({ sessions: 65_537, threads: 4, whyFewer: null });
    expect(together?.log.folded).toBeGreaterThan(1_000);
    const whyFewer = "the order of its requests matters";
    expect(inOne).toMatchObject({ threads: 1, whyFewer });
  });
});

/** Some values, none among them. */
type Some = readonly (number | undefined)[];

/** Every combination of these counters, each a turn; the first one says what it makes of the conversation. */
function judgedTurns(session: string, first: Partial<TurnShape>): TurnShape[] {
  const estimates: Some = [undefined, 0, -1, 10, 100];
  const counts: Some = [undefined, 0, 5, 50, 51, 60, 100];
  const caches: Some = [undefined, 0, 9, 10, 11, 89, 90, 100];
  const prefills: Some = [undefined, 0, 2.5, 25, 26, 75, 75.5, 1000];
  const shapes: Omit<TurnShape, "at">[] = [{ id: `${session} first`, session, ...first }];
  for (const estimate of estimates) {
    for (const count of counts) {
      for (const cached of caches) {
        for (const prefillMs of prefills) {
          const shape = { estimate, count, cached, prefillMs };
          const given = Object.entries(shape).filter(([, value]) => value !== undefined);
          const [hasKvCache, tailMode] = [shapes.length % 3 === 0, shapes.length % 5 < 2];
          const isCut = shapes.length % 7 === 0;
          const id = `${session}-${shapes.length}`;
          shapes.push({ id, session, hasKvCache, tailMode, isCut, ...Object.fromEntries(given) });
        }
      }
    }
  }
  return shapes.map((shape, index) => ({ ...shape, at: index * 5 }));
}

describe("rows say what objects do", () => {
  test("of every verdict, by every rule, at and beside its thresholds", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "judged.log");
    const cold = { estimate: 100, count: 60, prefillMs: 100 };
    const shapes = [
      ...judgedTurns("whole", cold),
      ...judgedTurns("in part", { ...cold, count: 59 }),
      ...judgedTurns("warm", { ...cold, cached: 50 }),
    ];
    writeFileSync(path, conversationLog(shapes));
    const { told, selected } = await agree([path]);
    expect(selected).toBe(3 * (5 * 7 * 8 * 8 + 1));
    const { sessions } = JSON.parse(told);
    const judgements = new Map<string, number>();
    for (const { turns } of sessions) {
      for (const { cache, cache_rule: rule } of turns) {
        const key = `${cache}, ${rule}`;
        judgements.set(key, (judgements.get(key) ?? 0) + 1);
      }
    }
    expect([...judgements.keys()].sort()).toEqual([
      ...["hit, cached count", "hit, new tokens", "hit, prefill rate"],
      ...["miss, cached count", "miss, prefill rate"],
      ...["partial, cached count", "partial, new tokens", "partial, prefill rate"],
      "unknown, null",
    ]);
    expect(Math.min(...judgements.values())).toBeGreaterThan(3);
  });

  test("of ids unlike any sane one, whatever their length", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "ids.log");
    const odd = [
      '"',
      "\\",
      "\b",
      "\n",
      "\u0000",
      "\u001f",
      "\u007f",
      "ä",
      "\u2028",
      "😀",
      "\ud800",
      "\udc00x",
    ];
    const lengths = [1, 15, 16, 17, 33, 255, 256, 257, 400];
    const ids = lengths.flatMap((length) => [
      "x".repeat(length),
      ...odd.flatMap((one) => [
        "x".repeat(Math.max(0, length - one.length)) + one,
        one + "y".repeat(Math.max(0, length - one.length)),
        one.repeat(Math.ceil(length / one.length)),
      ]),
    ]);
    const lines = ids.map((id, index) =>
      encodeEvent(eventAt(index * 10, "stt_hello", { id, metadata: { session_id: id } })),
    );
    writeFileSync(path, lines.join(""));
    const { told, selected, sessions } = await agree([path]);
    expect(Math.min(selected, sessions)).toBeGreaterThan(300);
    expect(JSON.parse(told).sessions.length).toBe(sessions);
    await agree([path], { gapSeconds: 5, blocks: [4096] });
  });

  test("of conversations of 1, 2, 19, 20, 99, 100, 256, 257 and 3000 turns, with sums that do not come out even", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "long.log");
    const counts = [1, 2, 19, 20, 99, 100, 256, 257, 3_000];
    for (const uneven of [0, 0.1]) {
      const shapes = counts.flatMap((count) =>
        Array.from({ length: count }, (_, index): TurnShape => {
          const llmMs = 1000 + ((index * 7919) % 1_000) + uneven;
          const prefillMs = 20 + ((index * 31) % 400);
          const estimate = 500 + index * 3 + uneven;
          const id = `${count}-${index}`;
          return { id, session: `${count}`, at: index * 9, estimate, count: 90, prefillMs, llmMs };
        }),
      );
      writeFileSync(path, conversationLog(shapes));
      const { sessions, selected } = await agree([path]);
      expect([sessions, selected]).toEqual([9, 3_754]);
    }
  });
});

describe("the executable", () => {
  const forms = ["text", "json", "ndjson"];

  test.each(forms)("says the same as %s whichever way it reads", async (format) => {
    let cases = 0;
    for (const name of samples) {
      const args = ["sessions", "--utc", "--format", format, join(fixtures, name)];
      const fast = await run(args);
      // Lines of such a length are left to the plain way.
      const plain = await run([...args, "--max-line", "17M"]);
      const told = ({ stdout, stderr, code }: typeof fast) => ({
        stdout: stdout.replace(/"fallback_lines":\d+/, ""),
        stderr,
        code,
      });
      expect(told(fast)).toEqual(told(plain));
      expect(fast.stdout.length).toBeGreaterThan(100);
      cases++;
    }
    expect(cases).toBe(5);
  });
});

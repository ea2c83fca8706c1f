/** What a page is made of, by bytes and by objects: one log, one answer. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { encodeEvent } from "../lib/event/encode.ts";
import type { TimingEvent } from "../lib/event/timing_event.ts";
import { openLog } from "../lib/log/file_source.ts";
import { ScannedBytes } from "../lib/log/scanned_bytes.ts";
import { concludePage, type PageAnalysis } from "../lib/pipeline/conclude_page.ts";
import { findAgain } from "../lib/pipeline/find_again.ts";
import type { LogPart } from "../lib/pipeline/plan_parts.ts";
import type { ReaderOptions } from "../lib/pipeline/reading.ts";
import { readReport } from "../lib/pipeline/report_log.ts";
import { scanReport } from "../lib/pipeline/scan_report.ts";
import type { PageReport } from "../lib/report/page_report.ts";
import { SampleChoice } from "../lib/request/request_sample.ts";
import { fixtures, temporaryFolder } from "./support/binary.ts";
import { damagedLog } from "./support/damaged_log.ts";
import { eventAt, seededRandom } from "./support/events.ts";
import { anyParts, readInParts, unsteadyLog } from "./support/in_parts.ts";
import { randomTrace } from "./support/random_trace.ts";
import { wildTurns } from "./support/wild_turns.ts";

setDefaultTimeout(120_000);

/** How the ways are to be compared. */
interface Comparison {
  readonly maxLineBytes?: number;
  readonly blockBytes?: number;
  readonly gapSeconds?: number | null;
}

/** All that an analysis says but for the count of lines that took the long way. */
function tell({ page, log, threads: _threads, ...reading }: PageAnalysis): string {
  const { fallbackLines: _, ...told } = log;
  const { summary } = page;
  const tables = {
    spans: [...summary.spans],
    gaps: [...summary.gaps],
    steps: [...summary.steps],
  };
  const sessions = page.sessions.map((session) => ({
    ...session,
    turns: [...session.turns].map((turn) => ({ ...turn })),
  }));
  const whole = { ...page, summary: { ...summary, ...tables }, sessions, log: told };
  return JSON.stringify({ ...whole, ...reading }, null, 1);
}

/** Reads a log both ways; what they agree on, and null where only the plain way is open. */
async function agree(
  names: readonly string[],
  { maxLineBytes = 1024 * 1024, blockBytes, gapSeconds = null }: Comparison = {},
): Promise<{ readonly page: PageReport; readonly isScanned: boolean }> {
  const options: ReaderOptions = {
    names,
    idleSeconds: 600,
    maxLineBytes,
    selection: {},
    ...(blockBytes === undefined ? {} : { blockBytes }),
  };
  const session = { gapSeconds, contextTokens: 8_000 };
  const fast = await scanReport(options, session);
  const plain = await readReport(options, session);
  const exact = await scanReport({ ...options, strictMetadata: true }, session);
  expect(exact === null).toBe(fast === null);
  for (const way of [fast, exact]) {
    if (way === null) continue;
    const [found, wanted] = [tell(way), tell(plain)];
    if (found !== wanted) expect(found).toBe(wanted);
  }
  return { page: plain.page, isScanned: fast !== null };
}

const samples = readdirSync(fixtures).filter((name) => /\.log(\.gz)?$/.test(name));

describe("both ways agree on", () => {
  test.each(samples)("the sample %s", async (name) => {
    const { page, isScanned } = await agree([join(fixtures, name)]);
    expect(isScanned).toBe(true);
    expect(page.requests.length).toBeGreaterThan(0);
    await agree([join(fixtures, name)], { blockBytes: 77, gapSeconds: 20 });
  });

  test("the six samples there are", () => {
    expect(samples.length).toBe(6);
  });

  test("turns unlike any sane ones, with every kind of damage", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "damaged.log");
    const met = { scanned: 0, requests: 0, rows: 0, problems: 0 };
    for (let seed = 1; seed <= 150; seed++) {
      const maxLineBytes = [400, 600, 3_000][seed % 3] ?? 400;
      const percent = [0, 5, 30, 90][seed % 4] ?? 10;
      const events = wildTurns(seed, 8 + (seed % 5));
      const shape = { seed, requests: seed % 2 === 0 ? 0 : 6, maxLineBytes, percent };
      const made = damagedLog(seed % 2 === 0 ? { ...shape, events } : shape);
      writeFileSync(path, made.bytes);
      const { page, isScanned } = await agree([path], {
        maxLineBytes,
        ...(seed % 5 === 0 ? { blockBytes: 7 + seed } : {}),
        gapSeconds: seed % 2 === 0 ? 30 : null,
      });
      met.scanned += Number(isScanned);
      met.requests += page.requests.length;
      met.rows += page.ledger.length;
      met.problems += page.log.problems.total;
    }
    expect(met.scanned).toBeGreaterThan(140);
    expect(Math.min(met.requests, met.rows, met.problems)).toBeGreaterThan(500);
  });

  test("ledgers of requests unlike any sane ones, ties of time and all", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "ledgers.log");
    const met = { scanned: 0, rows: 0, unaccounted: 0 };
    for (let seed = 1; seed <= 60; seed++) {
      const longestTicks = [6, 40, 120, 5_000][seed % 4] ?? 120;
      const events = Array.from({ length: 40 }, (_, index) =>
        randomTrace(seed * 100 + index, longestTicks).map((event) => ({
          ...event,
          requestId: `r${index}`,
          timestampSeconds: event.timestampSeconds + index * 7,
          service: /^(stt|v34|tts)_/.exec(event.name)?.[1] ?? "stt",
        })),
      ).flat();
      writeEvents(path, events);
      const { page, isScanned } = await agree([path]);
      met.scanned += Number(isScanned);
      met.rows += page.ledger.length;
      met.unaccounted += page.ledger.filter(({ name }) => name === "unaccounted").length;
    }
    expect(met.scanned).toBe(60);
    expect(met.rows).toBeGreaterThan(1_000);
  });

  test("more requests than a page shows, many of them alike", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "many.log");
    let cases = 0;
    for (const seed of [1, 2, 3]) {
      const random = seededRandom(seed);
      const events = Array.from({ length: 1_500 }, (_, index) => {
        const wait = seed === 1 ? 500 : Math.floor(random() * 20) * 100;
        return plainTurn(`id${index % 700}`, index * 900_000 * (seed === 3 ? 0.002 : 1), wait);
      }).flat();
      writeEvents(path, events);
      const { page, isScanned } = await agree([path]);
      expect([isScanned, page.sampled.of]).toEqual([true, seed === 3 ? page.sampled.of : 1_500]);
      expect(page.requests.length).toBeGreaterThan(150);
      expect(page.requests.length).toBeLessThanOrEqual(300);
      cases++;
    }
    expect(cases).toBe(3);
  });

  test("several logs that follow one another, packed or not", async () => {
    const met = { scanned: 0, plain: 0, requests: 0 };
    for (let seed = 1; seed <= 60; seed++) {
      using folder = temporaryFolder();
      const random = seededRandom(seed);
      const pick = (count: number) => Math.floor(random() * count);
      const events = wildTurns(seed, seed % 10 === 0 ? 400 : 30);
      const files = 1 + pick(5);
      const names = Array.from({ length: files }, (_, index) => {
        const [from, to] = [index, index + 1].map((at) => Math.floor((at * events.length) / files));
        const shape = {
          seed,
          requests: 0,
          maxLineBytes: 3_000,
          percent: [0, 0, 3, 20][pick(4)] ?? 0,
        };
        const { bytes } = damagedLog({ ...shape, events: events.slice(from, to) });
        const kind = pick(3);
        const path = join(
          folder.path,
          `${pick(2) === 0 ? "a" : "b"}${index}.log${["", ".gz", ".zst"][kind]}`,
        );
        writeFileSync(path, [bytes, gzipSync(bytes), Bun.zstdCompressSync(bytes)][kind] ?? bytes);
        return path;
      });
      const { page, isScanned } = await agree(names, { maxLineBytes: 3_000 });
      if (isScanned) met.scanned++;
      else met.plain++;
      met.requests += page.requests.length;
    }
    expect(met.scanned + met.plain).toBe(60);
    expect(met.scanned).toBeGreaterThan(15);
    expect(met.requests).toBeGreaterThan(1_500);
  });

  test("archives that are cut off", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "packed.log.gz");
    const packed = gzipSync(gunzipSync(readFileSync(join(fixtures, "messy.log.gz"))));
    let scanned = 0;
    for (const length of [packed.length, packed.length - 3, packed.length >> 1, 40, 3, 0]) {
      writeFileSync(path, packed.subarray(0, length));
      scanned += Number((await agree([path])).isScanned);
    }
    expect(scanned).toBe(6);
  });

  test("ids that are spelled in many ways, long ones and those of two requests at once", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "ids.log");
    const ids = [
      "ä",
      'a"b',
      "\u2028x",
      "x".repeat(256),
      "y".repeat(257),
      `${"z".repeat(300)}ä`,
      "a/b",
    ];
    const lines = ids.flatMap((id, index) =>
      plainTurn(id, index * 1_000, 300).map((event, at) => {
        const line = encodeEvent(event);
        return at % 2 === 0 ? line : line.replace(/"request_id": "./, (head) => escapeLast(head));
      }),
    );
    writeFileSync(path, lines.join(""));
    const { page, isScanned } = await agree([path]);
    expect([isScanned, page.requests.length]).toEqual([true, ids.length]);
  });
});

/** The page of a log that is read in these parts. */
async function readParts(
  path: string,
  parts: readonly LogPart[],
  blockBytes: number,
): Promise<PageAnalysis> {
  const read = { idleSeconds: 600, maxLineBytes: 1024 * 1024, blockBytes };
  const wishes = { of: "page", gapSeconds: null } as const;
  const { findings, clocks, reading } = await readInParts(path, parts, { ...read, wishes });
  const { summary, evidence, ledger, turns, period } = findings;
  const choice = new SampleChoice<number>();
  turns.forEach((request) => {
    choice.add(request.row, request);
  });
  const open = () => {
    const log = openLog(path);
    return { log, close: () => log.close() };
  };
  const bytes = new ScannedBytes([{ from: 0, bytes: reading.log.bytesRead, open }]);
  const places = choice.read().map((row) => turns.placeOf(row));
  const sample = (await findAgain(bytes, places, read.maxLineBytes)) ?? [];
  const found = { summary, evidence, ledger, groups: turns.groups, period, sample };
  return concludePage(found, reading, { clocks }, { gapSeconds: null, contextTokens: 8_000 });
}

test("a log in parts gives the same page, wherever it is cut, whatever goes on there", async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, "voice.log");
  const met = { logs: 0, joined: 0, shown: 0, rows: 0, hints: 0 };
  for (let seed = 1; seed <= 18; seed++) {
    const bytes = unsteadyLog(seed, 400 + (seed % 5) * 200);
    writeFileSync(path, bytes);
    const options = { names: [path], idleSeconds: 600, maxLineBytes: 1024 * 1024, selection: {} };
    const wanted = tell(await readReport(options, { gapSeconds: null, contextTokens: 8_000 }));
    for (const count of [1, 2, 3, 7]) {
      const parts = anyParts(bytes, count, seed * 10 + count);
      const way = await readParts(path, parts, [13, 997, 65_536][(seed + count) % 3] ?? 4096);
      const found = tell(way);
      if (found !== wanted) expect(found).toBe(wanted);
      met.logs++;
      met.joined += (way.threads?.threads ?? 1) - 1;
      met.shown += way.page.requests.length;
      met.rows += way.page.ledger.length;
      met.hints += way.page.hints.length;
    }
  }
  expect(met.logs).toBe(72);
  expect(met.joined).toBeGreaterThan(20);
  expect(Math.min(met.shown, met.rows)).toBeGreaterThan(200);
  expect(met.hints).toBeGreaterThan(20);
});

describe("the fast way is closed", () => {
  test("to selections, records of others and what can be read only once", async () => {
    const options = {
      names: [join(fixtures, "before.log")],
      idleSeconds: 600,
      maxLineBytes: 3_000,
      selection: {},
    };
    const session = { gapSeconds: null, contextTokens: 8_000 };
    const closed: Partial<ReaderOptions>[] = [
      { selection: { tail: 3 } },
      { correctClocks: true },
      { from: "home-assistant" },
      { names: ["-"] },
      { names: ["/dev/null"] },
    ];
    for (const one of closed) expect(await scanReport({ ...options, ...one }, session)).toBeNull();
    expect(await scanReport(options, session)).not.toBeNull();
    expect(closed.length).toBe(5);
  });
});

function writeEvents(path: string, events: readonly TimingEvent[]): void {
  const ordered = events.toSorted((a, b) => a.timestampSeconds - b.timestampSeconds);
  writeFileSync(path, ordered.map((event) => encodeEvent(event)).join(""));
}

/** A turn of three events; what follows the first comes so many milliseconds later. */
function plainTurn(id: string, atMs: number, waitMs: number): TimingEvent[] {
  return [
    eventAt(atMs, "stt_transcript_finalized", { id }),
    eventAt(atMs + waitMs, "tts_audio_playback_start", { id }),
    eventAt(atMs + waitMs + 50, "tts_audio_playback_complete", { id }),
  ];
}

/** The same text with its last character escaped, if that can be read in two ways. */
function escapeLast(text: string): string {
  const code = text
    .charCodeAt(text.length - 1)
    .toString(16)
    .padStart(4, "0");
  return `${text.slice(0, -1)}\\u${code}`;
}

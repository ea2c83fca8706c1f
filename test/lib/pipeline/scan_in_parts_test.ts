/** Threads that read a log at the same time, started as the executable starts them. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { closeSync, openSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { anywhere } from "../../../lib/log/descriptor_source.ts";
import { PartThread } from "../../../lib/pipeline/part_thread.ts";
import type { Analysis, ReaderOptions } from "../../../lib/pipeline/reading.ts";
import { reportLog } from "../../../lib/pipeline/report_log.ts";
import { scanInParts } from "../../../lib/pipeline/scan_in_parts.ts";
import { analyzeLog, analyzeSessions } from "../../../lib/pipeline.ts";
import { hintsToJson } from "../../../lib/render/hints_json.ts";
import { renderPage } from "../../../lib/render/html/page.ts";
import { logToJson, summaryToJson } from "../../../lib/render/json.ts";
import { sessionToJson, turnToJson } from "../../../lib/render/session_json.ts";
import { temporaryFolder } from "../../support/binary.ts";
import { startSeconds } from "../../support/events.ts";
import { healthyLines, oddly } from "../../support/parted_log.ts";

setDefaultTimeout(60_000);

const turns = 3_000;
const events = 9 * turns;

function tell({ summary, clocks, hints, log, selected, searched, otherIds }: Analysis): string {
  const told = { summary: summaryToJson(summary), clocks, hints: hintsToJson(hints) };
  return JSON.stringify({ ...told, log: logToJson(log), selected, searched, otherIds });
}

const usual = { idleSeconds: 600, maxLineBytes: 1024 * 1024, selection: {} };

function read(path: string, options: Partial<ReaderOptions> = {}): Promise<Analysis> {
  return analyzeLog({ ...usual, names: [path], ...options }, null);
}

const asSessions = { gapSeconds: null, contextTokens: 8_000 };

/** Conversations as they are told, and by how many threads they were found. */
async function readSessions(path: string, options: Partial<ReaderOptions> = {}) {
  const { report, hints, threads, ...reading } = await analyzeSessions(
    { ...usual, names: [path], ...options },
    asSessions,
  );
  const sessions = Array.from(report.sessions, (session) => ({
    ...sessionToJson(session),
    turns: Array.from(session.turns, turnToJson),
  }));
  const { count, coldRate } = report;
  const told = JSON.stringify({ ...reading, hints: hintsToJson(hints), sessions, coldRate });
  return { told, threads, count };
}

/** A page as it is shown, and by how many threads it was found. */
async function readPage(path: string, options: Partial<ReaderOptions> = {}) {
  const read = { ...usual, names: [path], ...options };
  const { page, threads, ...reading } = await reportLog(read, asSessions);
  const form = { utc: true, isLive: false, nowSeconds: startSeconds, version: "1" };
  return { told: JSON.stringify(reading) + renderPage(page, form), threads, page };
}

const wish = (most: number) => ({ most, isWish: true, fromBytes: 256e6 });
const available = (most: number, fromBytes: number) => ({ most, isWish: false, fromBytes });

describe("threads", () => {
  test("find together what one finds, whatever their number and the size of blocks", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "voice.log");
    const lines = healthyLines(turns).map((line, index) => (index % 20 === 0 ? oddly(line) : line));
    writeFileSync(path, `\ufeff${lines.join("")}{"torn`);
    const one = await read(path, { threads: wish(1) });
    expect(one.threads).toBe(undefined);
    expect([one.log.events, one.log.fallbackLines]).toEqual([events, events / 20 + 1]);
    for (const [most, blockBytes] of [
      [2, 4_099],
      [3, 1024 * 1024],
      [7, 65_536],
    ] as const) {
      const several = await read(path, { threads: wish(most), blockBytes });
      expect(several.threads).toEqual({ threads: most, whyFewer: null });
      expect(tell(several)).toBe(tell(one));
    }
  });

  test("find together the conversations and the page that one finds", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "voice.log");
    // More than percentiles are exact of.
    const lines = healthyLines(11_000).map((line, index) =>
      index % 50 === 0 ? oddly(line) : line,
    );
    writeFileSync(path, lines.join(""));
    const [sessions, page] = [await readSessions(path), await readPage(path)];
    expect([sessions.threads, page.threads]).toEqual([undefined, undefined]);
    expect(sessions.count).toBeGreaterThan(400);
    expect(page.page.ledger[0]?.series.n).toBeGreaterThan(5_000);
    expect(page.page.summary.figures.total.n).toBe(11_000);
    let ways = 0;
    for (const [most, blockBytes] of [
      [2, 4_099],
      [3, 1024 * 1024],
      [7, 65_536],
    ] as const) {
      for (const [way, one] of [[readSessions, sessions] as const, [readPage, page] as const]) {
        const several = await way(path, { threads: wish(most), blockBytes });
        expect(several.threads).toEqual({ threads: most, whyFewer: null });
        expect(several.told === one.told).toBe(true);
        ways++;
      }
    }
    expect(ways).toBe(6);
  });

  test("leave the file open for who looks again at what was read, and may have come to nothing then", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "voice.log");
    const text = healthyLines(turns).join("");
    writeFileSync(path, text);
    const options = { ...usual, names: [path], threads: wish(2) };
    const wishes = { of: "page", gapSeconds: null } as const;
    const seen: string[] = [];
    const look = (isFine: boolean) =>
      scanInParts(options, wishes, async ({ summary, turns: { groups } }, bytes) => {
        expect([summary.requests, groups.sessions().length > 100]).toEqual([turns, true]);
        const ranges = [{ from: text.length - 900, to: text.length }];
        await bytes.read(ranges, (found) => seen.push(Buffer.from(found).toString()) > 0);
        return isFine;
      });
    expect((await look(true))?.reading.threads).toEqual({ threads: 2, whyFewer: null });
    expect(await look(false)).toBe(null);
    expect(seen).toEqual([text.slice(-900), text.slice(-900)]);
  });

  test("leave every line to the JSON parser where that is wished", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "voice.log");
    writeFileSync(path, healthyLines(turns).join(""));
    const one = await read(path, { strictMetadata: true });
    const two = await read(path, { strictMetadata: true, threads: wish(2) });
    expect(two.threads).toEqual({ threads: 2, whyFewer: null });
    expect(tell(two)).toBe(tell(one));
  });

  test("are started by themselves only for a log that is large enough for each", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "voice.log");
    writeFileSync(path, healthyLines(turns).join(""));
    expect((await read(path)).threads).toBe(undefined);
    expect((await read(path, { threads: available(2, 256e6) })).threads).toBe(undefined);
    // 128 MB for each, however low the threshold.
    expect((await read(path, { threads: available(2, 1_000) })).threads).toBe(undefined);
  });

  test("leave a log of too many names to one, which says so", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "voice.log");
    const lines = healthyLines(turns).map((line, index) =>
      line.replace(/"event": "[^"]*"/, `"event": "job ${index % 400}"`),
    );
    writeFileSync(path, lines.join(""));
    const several = await read(path, { threads: wish(2) });
    expect(several.threads).toEqual({ threads: 1, whyFewer: "the order of its requests matters" });
    expect(tell(several)).toBe(tell(await read(path)));
  });

  test("leave an empty log, and one that is all of a moment, to one", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "voice.log");
    const logs = ["", "\n", healthyLines(50).join("")];
    for (const text of logs) {
      writeFileSync(path, text);
      const several = await read(path, { threads: wish(3) });
      expect(several.threads).toBe(undefined);
      expect(tell(several)).toBe(tell(await read(path)));
    }
    expect(logs.length).toBe(3);
  });
});

const partOptions = {
  wishes: { of: "sessions", gapSeconds: null },
  idleSeconds: 600,
  maxLineBytes: 1_000,
} as const;
const part = { leadFrom: 0, from: 0, to: Number.POSITIVE_INFINITY };

describe("PartThread", () => {
  test("has no answer where the file cannot be read, and says why", async () => {
    using folder = temporaryFolder();
    const descriptor = openSync(folder.path, "r");
    const file = anywhere(descriptor, "voice.log", 10, () => {});
    const thread = new PartThread(file, part, partOptions);
    expect(await thread.answer).toBe(null);
    expect(thread.failure).toContain("directory");
    thread.stop();
    closeSync(descriptor);
  });

  test("has no answer if its thread dies", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "voice.log");
    writeFileSync(path, "\n");
    const descriptor = openSync(path, "r");
    const file = anywhere(descriptor, path, 1, () => {});
    // More memory than a scanner can have.
    const thread = new PartThread(file, part, {
      ...partOptions,
      maxLineBytes: 2 ** 40,
    });
    expect(await thread.answer).toBe(null);
    expect(thread.failure).not.toBe(null);
    thread.stop();
    closeSync(descriptor);
  });

  test("has no answer once it was stopped", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "voice.log");
    writeFileSync(path, healthyLines(turns).join(""));
    const descriptor = openSync(path, "r");
    const file = anywhere(descriptor, path, 1, () => {});
    const thread = new PartThread(file, part, partOptions);
    thread.stop();
    expect(await thread.answer).toBe(null);
    closeSync(descriptor);
  });
});

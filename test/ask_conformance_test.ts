/** Answers out of ClickHouse against those out of the log itself: the same, to a microsecond and a half. */
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { askSummary } from "../lib/pipeline/ask_summary.ts";
import { measureLog } from "../lib/pipeline/measure_log.ts";
import type { ReaderOptions } from "../lib/pipeline/reading.ts";
import { reportLog } from "../lib/pipeline/report_log.ts";
import { analyzeLog, analyzeSessions, examineLog, sampleLog } from "../lib/pipeline.ts";
import type { RequestReport } from "../lib/report/request_report.ts";
import type { Selection } from "../lib/request/select.ts";
import { manyLines, trickyLines, wildEvents, wildLines } from "./support/asked_logs.ts";
import { fixtures, temporaryFolder } from "./support/binary.ts";
import {
  clickHouseTools,
  createTables,
  startClickHouse,
  type TestServers,
} from "./support/clickhouse.ts";
import { damagedLog } from "./support/damaged_log.ts";
import { startSeconds } from "./support/events.ts";
import { differences } from "./support/near.ts";
import { emptyTables, type Shipping, shipLog } from "./support/shipped_log.ts";
import { describeWithTools } from "./support/tools.ts";

setDefaultTimeout(120_000);

/** Logs at random; each is asked everything. */
const wildLogs = 3;
/** More than a series tells one by one. */
const manyRequests = 10_400;
const usual = { idleSeconds: 600, maxLineBytes: 1024 * 1024 };
const microseconds = { absolute: 0.001_5, relative: 2e-5 };
const watches = [
  { family: "figure" as const, matches: () => true, isOver: (ms: number) => ms > 900 },
  { family: "span" as const, matches: (name: string) => name === "llm", isOver: () => true },
];

/** Everything that a log can be asked, as plain values. */
const questions: Readonly<Record<string, (options: ReaderOptions) => Promise<unknown>>> = {
  summary: (options) => analyzeLog(options, null),
  /** With a plan for every order, so that all but odd requests are measured by the server. */
  measured: (options) =>
    options.openServer === undefined
      ? analyzeLog(options, null)
      : askSummary(options, { most: 5_000, leastRequests: 1, mostEvents: 256 }),
  requests: async (options) => {
    const requests: RequestReport[] = [];
    const analysis = await analyzeLog(options, (request) => requests.push(request));
    return { requests, analysis };
  },
  sessions: async (options) => {
    const asked = await analyzeSessions(options, { gapSeconds: 30, contextTokens: 8_000 });
    const { sessions, ...report } = asked.report;
    return {
      ...asked,
      report,
      sessions: Array.from(sessions, (session) => ({ ...session, turns: [...session.turns] })),
    };
  },
  measures: (options) => measureLog(options, { watches, cache: true, sample: true }),
  budgets: (options) => measureLog(options, { watches, cache: false, sample: false }),
  samples: (options) => sampleLog(options, [options.selection], true),
  page: (options) => reportLog(options, { gapSeconds: null, contextTokens: 8_000 }),
  health: (options) => examineLog(options, () => startSeconds),
};

const usualQuestions = Object.keys(questions).filter((name) => name !== "measured");

describeWithTools("ClickHouse on two shards answers like the log", clickHouseTools, () => {
  let servers: TestServers;
  const client = () => servers.first.client("latency");

  beforeAll(async () => {
    servers = await startClickHouse({ shards: 2 });
    await createTables(servers, "latency");
  });
  afterAll(() => servers[Symbol.asyncDispose]());

  /** Ships logs and asks both ways; returns how many requests were chosen, question by question. */
  async function agree(
    names: readonly string[],
    selections: readonly Selection[] = [{}],
    { asked = usualQuestions, ...shipping }: Shipping & { asked?: readonly string[] } = {},
  ): Promise<number[]> {
    await emptyTables(
      servers.shards.map((server) => server.client("latency")),
      "_local",
    );
    await shipLog(client(), names, shipping);
    const chosen: number[] = [];
    for (const selection of selections) {
      for (const question of asked) {
        const ask = questions[question] ?? (() => Promise.reject(new Error(question)));
        const options = { ...usual, ...shipping, selection };
        const there = { names: [client().address.text], openServer: client };
        const isPart = Object.keys(selection).length > 0;
        const wanted = bare(await ask({ ...options, names }), isPart);
        const found = bare(await ask({ ...options, ...there }), isPart);
        const apart = differences(wanted, found, microseconds);
        const label = `${question} ${JSON.stringify(selection)} of ${names.join()}`;
        expect([label, ...apart.slice(0, 10)]).toEqual([label]);
        chosen.push(chosenOf(wanted));
      }
    }
    return chosen;
  }

  const samples = readdirSync(fixtures).filter((name) => name.endsWith(".log"));

  test.each(samples)("the sample %s, shipped twice", async (name) => {
    const chosen = await agree([join(fixtures, name)], [{}], { times: 2 });
    expect(chosen).toHaveLength(8);
    expect(Math.min(...chosen)).toBeGreaterThan(0);
  });

  test("the five samples there are", () => {
    expect(samples.length).toBe(5);
  });

  test("the messy log", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "messy.log");
    writeFileSync(path, gunzipSync(readFileSync(join(fixtures, "messy.log.gz"))));
    expect(Math.min(...(await agree([path])))).toBeGreaterThan(5);
  });

  test("turns unlike any sane ones, some of them torn, and ids that come again", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "wild.log");
    let chosen = 0;
    for (let seed = 1; seed <= wildLogs; seed++) {
      const events = wildEvents(seed, 24);
      const shape = { seed, requests: 0, maxLineBytes: 3_000, percent: [0, 5][seed % 2] ?? 0 };
      writeFileSync(path, damagedLog({ ...shape, events }).bytes);
      const times = 1 + (seed % 2);
      chosen += Math.min(...(await agree([path], [{}], { times, maxLineBytes: 3_000 })));
    }
    expect(chosen).toBeGreaterThan(wildLogs * 15);
  });

  test("turns unlike any sane ones, measured by the server", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "wild.log");
    let chosen = 0;
    for (let seed = 11; seed <= 14; seed++) {
      writeFileSync(path, wildLines(seed, 8));
      const [count = 0] = await agree([path], [{}], { asked: ["measured"] });
      chosen += count;
    }
    expect(chosen).toBeGreaterThan(30);
  });

  test("metadata that is not what it looks like, and playbacks that overlap", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "odd.log");
    writeFileSync(path, trickyLines());
    const chosen = await agree([path], [{}], { asked: ["measured", "summary", "sessions"] });
    expect(chosen).toEqual([28, 28, 28]);
  });

  test("series longer than are told one by one, and one that only seems so", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "long.log");
    writeFileSync(path, manyLines(manyRequests));
    const chosen = await agree([path], [{}], { asked: ["summary"], times: 2 });
    expect(chosen).toEqual([manyRequests]);
  });

  test("parts of a log, chosen in every way", async () => {
    const path = join(fixtures, "conversation.log");
    const [first] = readFileSync(path, "utf8").split("\n");
    const { timestamp, request_id: id } = JSON.parse(first ?? "") as {
      readonly timestamp: number;
      readonly request_id: string;
    };
    const [sinceSeconds, untilSeconds] = [timestamp + 20, timestamp + 200];
    const selections: readonly Selection[] = [
      { sinceSeconds },
      { untilSeconds },
      { sinceSeconds, untilSeconds },
      { tail: 3 },
      { tail: 3, sinceSeconds },
      { tail: 10_000 },
      { request: id },
      { request: id.slice(0, 4) },
      { request: id, all: true },
      { request: "none", untilSeconds },
      { service: "tts", tail: 2 },
      { slowest: 2 },
      { session: "nobody" },
    ];
    const asked = ["summary", "requests", "sessions", "budgets", "samples"];
    const chosen = await agree([path], selections, { asked });
    expect(chosen.filter((count) => count > 0).length).toBe(11 * 5);
    expect(chosen.length).toBe(13 * 5);
  });
});

/** What an answer says, but for where it was read, and of a part how much that was. */
function bare(answer: unknown, isPart: boolean): unknown {
  if (Array.isArray(answer)) return answer.map((one) => bare(one, isPart));
  if (typeof answer !== "object" || answer === null) return answer;
  if (ArrayBuffer.isView(answer) || answer instanceof Map || answer instanceof Set) return answer;
  const members = Object.entries(answer).flatMap(([key, value]): [string, unknown][] => {
    if (elsewhere.has(key) || (isPart && ofPart.has(key))) return [];
    // Problems are counted, but none can be listed.
    return [[key, key === "problems" ? { ...value, first: [] } : bare(value, isPart)]];
  });
  return Object.fromEntries(members);
}

const elsewhere: ReadonlySet<string> = new Set(["files", "fallbackLines"]);
const ofPart: ReadonlySet<string> = new Set(["log", "searched"]);

function chosenOf(answer: unknown): number {
  if (Array.isArray(answer)) return chosenOf(answer[0]);
  const { selected, analysis, log } = answer as {
    readonly selected?: number;
    readonly analysis?: { readonly selected: number };
    readonly log?: { readonly requests: number };
  };
  return selected ?? analysis?.selected ?? log?.requests ?? 0;
}

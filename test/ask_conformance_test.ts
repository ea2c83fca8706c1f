/** Answers out of ClickHouse against those out of the log itself: the same, to a microsecond and a half. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { parseClickHouseAddress } from "../lib/clickhouse/address.ts";
import { ClickHouse } from "../lib/clickhouse/client.ts";
import { planSchema } from "../lib/clickhouse/init.ts";
import type { Selection } from "../lib/request/select.ts";
import { agree } from "./support/ask_agreement.ts";
import { manyLines, trickyLines, wildEvents, wildLines } from "./support/asked_logs.ts";
import { fixtures, temporaryFolder } from "./support/binary.ts";
import { startChdb, whyNoChdb } from "./support/chdb.ts";
import {
  clickHouseTools,
  createTables,
  startClickHouse,
  type TestServers,
} from "./support/clickhouse.ts";
import { damagedLog } from "./support/damaged_log.ts";
import { emptyTables } from "./support/shipped_log.ts";
import { describeUnless, describeWithTools } from "./support/tools.ts";

setDefaultTimeout(120_000);

/** Logs at random; each is asked everything. */
const wildLogs = 3;
/** More than a series tells one by one. */
const manyRequests = 10_400;

describeWithTools("ClickHouse of 2018", clickHouseTools, () => {
  let servers: TestServers;
  beforeAll(async () => {
    servers = await startClickHouse({ shards: 2 });
    await createTables(servers, "latency");
  });
  afterAll(() => servers[Symbol.asyncDispose]());

  describe("on two shards answers like the log", () => {
    answersLikeTheLog(async () => {
      const shards = servers.shards.map((server) => server.client("latency"));
      await emptyTables(shards, "_local");
      return servers.first.client("latency");
    });
  });

  test("on one server answers like the log", async () => {
    const client = servers.first.client("alone");
    for (const sql of (await planSchema(client, null)).statements) await client.text({ sql });
    const chosen = await agree(client, [join(fixtures, "conversation.log")]);
    expect(Math.min(...chosen)).toBeGreaterThan(0);
  });
});

describeUnless("ClickHouse of today, in process, answers like the log", whyNoChdb, () => {
  let server: Awaited<ReturnType<typeof startChdb>>;
  let client: ClickHouse;
  beforeAll(async () => {
    server = await startChdb();
    client = new ClickHouse(parseClickHouseAddress(`clickhouse://${server.host}/latency`), {
      credentials: null,
      timeoutMs: 60_000,
      userAgent: "tests",
    });
    for (const sql of (await planSchema(client, null)).statements) await client.text({ sql });
  });
  afterAll(() => server[Symbol.asyncDispose]());

  answersLikeTheLog(async () => {
    await emptyTables([client]);
    return client;
  });
});

/** Declares the tests of one kind of server; `empty` gives a client of it, and takes away what is stored. */
function answersLikeTheLog(empty: () => Promise<ClickHouse>): void {
  const ask = async (
    names: readonly string[],
    selections?: readonly Selection[],
    wishes?: Parameters<typeof agree>[3],
  ) => agree(await empty(), names, selections, wishes);
  const samples = readdirSync(fixtures).filter((name) => name.endsWith(".log"));

  test.each(samples)("the sample %s, shipped twice", async (name) => {
    const chosen = await ask([join(fixtures, name)], [{}], { times: 2 });
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
    expect(Math.min(...(await ask([path])))).toBeGreaterThan(5);
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
      chosen += Math.min(...(await ask([path], [{}], { times, maxLineBytes: 3_000 })));
    }
    expect(chosen).toBeGreaterThan(wildLogs * 15);
  });

  test("turns unlike any sane ones, measured by the server", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "wild.log");
    let chosen = 0;
    for (let seed = 11; seed <= 14; seed++) {
      writeFileSync(path, wildLines(seed, 8));
      const [count = 0] = await ask([path], [{}], { asked: ["measured"] });
      chosen += count;
    }
    expect(chosen).toBeGreaterThan(30);
  });

  test("metadata that is not what it looks like, and playbacks that overlap", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "odd.log");
    writeFileSync(path, trickyLines());
    const chosen = await ask([path], [{}], { asked: ["measured", "summary", "sessions"] });
    expect(chosen).toEqual([28, 28, 28]);
  });

  test("series longer than are told one by one, and one that only seems so", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "long.log");
    writeFileSync(path, manyLines(manyRequests));
    const selections = [{}, { tail: 4 }, { tail: 700 }];
    const chosen = await ask([path], selections, { asked: ["summary"], times: 2 });
    expect(chosen).toEqual([manyRequests, 4, 700]);
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
    const chosen = await ask([path], selections, { asked });
    expect(chosen.filter((count) => count > 0).length).toBe(11 * 5);
    expect(chosen.length).toBe(13 * 5);
  });
}

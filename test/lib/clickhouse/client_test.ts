import { afterAll, beforeAll, expect, test } from "bun:test";
import { parseClickHouseAddress } from "../../../lib/clickhouse/address.ts";
import { ClickHouse } from "../../../lib/clickhouse/client.ts";
import { planSchema } from "../../../lib/clickhouse/init.ts";
import { tablesOf } from "../../../lib/clickhouse/schema.ts";
import { askServerFacts } from "../../../lib/clickhouse/server_facts.ts";
import { quoteName, quoteText } from "../../../lib/clickhouse/sql.ts";
import {
  clickHouseTools,
  clusterName,
  guardedUser,
  startClickHouse,
  type TestServers,
} from "../../support/clickhouse.ts";
import { answering, startCollector } from "../../support/collector.ts";
import { describeWithTools } from "../../support/tools.ts";

function clientOf(host: string, options: { timeoutMs?: number; password?: string } = {}) {
  const { timeoutMs = 10_000, password } = options;
  return new ClickHouse(parseClickHouseAddress(`clickhouse://${host}/latency`), {
    credentials: password === undefined ? null : { user: guardedUser.user, password },
    timeoutMs,
    userAgent: "tests",
  });
}

async function rowsOf(client: ClickHouse, sql: string): Promise<unknown[]> {
  const rows: unknown[] = [];
  for await (const row of client.rows({ sql })) rows.push(row);
  return rows;
}

describeWithTools("a real server", clickHouseTools, () => {
  let servers: TestServers;
  beforeAll(async () => {
    servers = await startClickHouse({ shards: 2 });
  }, 60_000);
  afterAll(() => servers[Symbol.asyncDispose]());

  test("is asked for its facts once", async () => {
    const facts = await askServerFacts(servers.first.client());
    expect(facts.version).toMatch(/^\d+\.\d+\./);
    expect(facts.settings.has("insert_distributed_sync")).toBe(true);
    expect(facts.hasKeeper).toBe(false);
  });

  test("gets texts whole, whatever they hold", async () => {
    const nasty = "a'b\\c\"d`e\0\b\f\n\r\t%\u{1f600}\u2028Code: 1, DB::Exception";
    const sql = `SELECT ${quoteText(nasty)} AS ${quoteName("x`\\y")} FORMAT JSONEachRow`;
    expect(await rowsOf(servers.first.client(), sql)).toEqual([{ "x`\\y": nasty }]);
  });

  test("takes the right password and no other, in any script", async () => {
    const sql = "SELECT 7";
    const { host } = servers.first;
    const { password } = guardedUser;
    expect(await clientOf(host, { password }).text({ sql })).toBe("7\n");
    const refused = clientOf(host, { password: "wrong" }).text({ sql });
    await expect(refused).rejects.toThrow(/takes .*password; set TIMMY_LATENCY_CLICKHOUSE_USER/);
  });

  test("tells of tables that are missing, and how to create them", async () => {
    const client = clientOf(servers.first.host);
    const sql = "SELECT 1 FROM latency.timmy_latency_events";
    await expect(client.text({ sql })).rejects.toThrow(
      `Cannot use ${client.address.text}: there is no database latency; create it with: timmy-latency export --to ${client.address.text} --init`,
    );
  });

  test("that breaks off in the midst of an answer is an error", async () => {
    const sql = "SELECT throwIf(number = 3000000) AS x FROM numbers(4000000) FORMAT JSONEachRow";
    await expect(rowsOf(servers.first.client(), sql)).rejects.toThrow(/it says: Value passed to/);
  });

  test("gets the tables of a cluster, which keep a request on one shard and rows once", async () => {
    for (const server of servers.shards) {
      const plan = await planSchema(server.client("latency"), clusterName);
      expect(plan.otherHosts.length).toBe(1);
      for (let times = 0; times < 2; times++) {
        for (const sql of plan.statements) await server.client().text({ sql });
      }
    }
    const row = (id: number, offset: number) =>
      JSON.stringify({
        host: "h",
        generation: "g",
        offset,
        time: 1e15 + id * 1e13,
        request_id: id,
      });
    const body = Array.from({ length: 400 }, (_, index) => row(index % 20, index)).join("\n");
    const client = servers.first.client();
    const settings = { insert_distributed_sync: 1 };
    for (let times = 0; times < 2; times++) {
      const sql = `INSERT INTO ${tablesOf(servers.first.client("latency").address).events} FORMAT JSONEachRow`;
      await client.text({
        sql,
        settings,
        body: body.replaceAll(/"request_id":(\d+)/g, '"request_id":"$1"'),
      });
    }
    const counts: unknown[] = [];
    for (const server of servers.shards) {
      const local = "latency.timmy_latency_events_local";
      await server.client().text({ sql: `OPTIMIZE TABLE ${local} FINAL` });
      const sql = `SELECT uniqExact(request_id) AS ids, toInt32(count()) AS rows FROM ${local} FORMAT JSONEachRow`;
      counts.push(...(await rowsOf(server.client(), sql)));
    }
    const [one, two] = counts as [{ ids: string; rows: number }, { ids: string; rows: number }];
    expect(Number(one.ids) + Number(two.ids)).toBe(20);
    expect(one.rows + two.rows).toBe(400);
    expect(Math.min(one.rows, two.rows)).toBeGreaterThan(0);
  });
});

test("a server that is none of ClickHouse's, or none at all, is told from it", async () => {
  using other = startCollector(answering(200, "hello"), answering(404, "<h1>no</h1>"));
  const client = clientOf(other.url.slice("http://".length));
  await expect(askServerFacts(client)).rejects.toThrow(/: it does not answer as ClickHouse$/);
  await expect(askServerFacts(client)).rejects.toThrow(/: it answers 404 \(<h1>no<\/h1>\)$/);
  const nobody = clientOf("127.0.0.1:1");
  await expect(askServerFacts(nobody)).rejects.toThrow(/: the connection is refused$/);
});

test("a server that says nothing is given up, and one that breaks off a row is told", async () => {
  using silent = startCollector(() => new Promise<Response>(() => {}));
  const client = clientOf(silent.url.slice("http://".length), { timeoutMs: 200 });
  await expect(client.text({ sql: "SELECT 1" })).rejects.toThrow(/: no answer within 0\.20 ?s$/);
  const tail =
    '{"x":1}\n{"x":Code: 241, e.displayText() = DB::Exception: Memory, e.what() = DB::Exception';
  using broken = startCollector(answering(200, tail));
  const rows = rowsOf(clientOf(broken.url.slice("http://".length)), "SELECT");
  await expect(rows).rejects.toThrow(/: it says: Memory$/);
});

import { describe, expect, test } from "bun:test";
import { parseClickHouseAddress } from "../../../lib/clickhouse/address.ts";
import { schemaStatements } from "../../../lib/clickhouse/schema.ts";
import type { ServerFacts } from "../../../lib/clickhouse/server_facts.ts";

const address = parseClickHouseAddress("clickhouse://localhost/latency");
const old: ServerFacts = {
  version: "18.16.1",
  settings: new Set(),
  hasLowCardinality: false,
  hasKeeper: false,
};
const recent: ServerFacts = { ...old, version: "24.8.1", hasLowCardinality: true, hasKeeper: true };

describe("schemaStatements()", () => {
  test("creates tables whose key tells every event from every other one", () => {
    const [database, events, ranges, ...others] = schemaStatements(address, old, null);
    expect(database).toBe("CREATE DATABASE IF NOT EXISTS `latency`");
    expect(events).toContain("CREATE TABLE IF NOT EXISTS `latency`.`timmy_latency_events` (");
    expect(events).toContain("ENGINE = ReplacingMergeTree()\nPARTITION BY if(time >= 0");
    expect(events).toEndWith("ORDER BY (`request_id`, `host`, `generation`, `offset`)");
    expect(ranges).toContain("ENGINE = ReplacingMergeTree(`end`)\n");
    expect(ranges).toEndWith("ORDER BY (`host`, `generation`, `start`)");
    expect(others).toEqual([]);
    expect(`${events}${ranges}`).not.toContain("LowCardinality");
  });

  test("puts a Distributed table above those of the shards, which are told by themselves", () => {
    const cluster = { name: "fleet", hasReplicas: false };
    const statements = schemaStatements(address, old, cluster);
    expect(statements.length).toBe(5);
    expect(statements[1]).toContain("`timmy_latency_events_local`");
    expect(statements[2]).toEndWith(
      "ENGINE = Distributed('fleet', 'latency', 'timmy_latency_events_local', cityHash64(request_id))",
    );
    expect(statements[4]).toEndWith("cityHash64(host, generation))");
    expect(statements.join("")).not.toContain("ON CLUSTER");
  });

  test("uses what newer servers have: marked names, one statement for a cluster, replicas", () => {
    const statements = schemaStatements(address, recent, { name: "fleet", hasReplicas: true });
    expect(statements.every((sql) => sql.includes(" ON CLUSTER `fleet`"))).toBe(true);
    expect(statements[1]).toContain("`host` LowCardinality(String)");
    expect(statements[1]).toContain("`request_id` String");
    expect(statements[1]).toContain(
      "ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/latency/timmy_latency_events', '{replica}')",
    );
    expect(statements[3]).toContain("/timmy_latency_ranges', '{replica}', `end`)");
    const alone = schemaStatements(address, recent, { name: "fleet", hasReplicas: false });
    expect(alone.join("")).not.toContain("Replicated");
  });
});

import { expect, test } from "bun:test";
import { onEveryServer } from "../../../lib/clickhouse/event_place.ts";

test("onEveryServer() asks the only server itself", () => {
  const place = { table: "a.events", local: "a.events", cluster: null };
  expect(onEveryServer(place, "sum(n)", "SELECT 1 AS n")).toBe(
    "SELECT sum(n) FROM (SELECT 1 AS n)",
  );
});

test("onEveryServer() has each server of a cluster do the work, whatever the cluster is called", () => {
  const place = { table: "a.events", local: "a.events_local", cluster: "my-`cluster" };
  const sql = onEveryServer(place, "sum(n)", "SELECT 1 AS n");
  expect(sql).toContain("cluster(`my-\\`cluster`, system, one)");
  expect(sql).toContain("(SELECT toUInt8(0) AS dummy, * FROM (SELECT 1 AS n)) AS part USING dummy");
});

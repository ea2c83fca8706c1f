import { describe, expect, test } from "bun:test";
import { isClickHouseAddress, parseClickHouseAddress } from "../../../lib/clickhouse/address.ts";

describe("parseClickHouseAddress()", () => {
  test("reads host, port and database, and knows the usual ports", () => {
    expect(parseClickHouseAddress("clickhouse://db.example/latency")).toEqual({
      origin: "http://db.example:8123",
      database: "latency",
      text: "clickhouse://db.example:8123/latency",
    });
    expect(parseClickHouseAddress("clickhouses://[::1]:9/x_1").origin).toBe("https://[::1]:9");
    expect(parseClickHouseAddress("clickhouses://db/x").origin).toBe("https://db:8443");
  });

  test("refuses credentials without telling them", () => {
    const addresses = ["clickhouse://me:secret@db/x", "clickhouse://secret@db/x"];
    for (const address of addresses) {
      expect(() => parseClickHouseAddress(address)).toThrow(/^Cannot use a name or password/);
      expect(() => parseClickHouseAddress(address)).not.toThrow(/secret/);
    }
    expect(() => parseClickHouseAddress("clickhouse://a:secret@[/x")).not.toThrow(/secret/);
  });

  test("refuses what is no address", () => {
    const texts = [
      "clickhouse:",
      "clickhouse://db",
      "clickhouse://db/",
      "clickhouse://db/a/b",
      "clickhouse://db/a?b=1",
      "clickhouse://db/a#b",
      "clickhouse://db/1a",
      "clickhouse:///a",
      "clickhouse://db:99999/a",
    ];
    for (const text of texts) {
      expect(isClickHouseAddress(text)).toBe(true);
      expect(() => parseClickHouseAddress(text)).toThrow(/as an address of ClickHouse: write one/);
    }
    expect(texts.length).toBe(9);
  });
});

test("isClickHouseAddress() does not take files for addresses", () => {
  expect(
    ["clickhouse", "clickhouse.log", "./clickhouse:", "http://x/y"].map(isClickHouseAddress),
  ).toEqual([false, false, false, false]);
});

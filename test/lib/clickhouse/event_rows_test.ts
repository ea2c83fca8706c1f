import { describe, expect, test } from "bun:test";
import { EventRows, timeOf } from "../../../lib/clickhouse/event_rows.ts";
import { decodeLine } from "../../../lib/event/decode.ts";
import { LogScan } from "../../../lib/log/scan_log.ts";
import { Tally } from "../../../lib/log/tally.ts";
import { bytesSource } from "../../../lib/ndjson/byte_source.ts";
import { damagedLog, damages } from "../../support/damaged_log.ts";

type Row = [
  offset: number,
  time: string,
  requestId: string,
  service: string,
  event: string,
  metadata: string,
];

async function rowsOf(bytes: Uint8Array, { exactOnly = false, maxLineBytes = 4096 } = {}) {
  const file = { name: "x", ...bytesSource(bytes, 777), damage: () => null, close: () => {} };
  const tally = new Tally();
  const scan = new LogScan(file, tally, { maxLineBytes, blockBytes: 1000, exactOnly });
  const rows: Row[] = [];
  await scan.run(new EventRows(scan.scanner, (...row) => rows.push(row)));
  return { rows, tally, fallbackLines: scan.fallbackLines };
}

describe("EventRows", () => {
  test("makes the same rows of what is scanned and of what is decoded, each at its own place", async () => {
    const met = new Set<string>();
    let [recovered, total, quick] = [0, 0, 0];
    for (let seed = 1; seed <= 30; seed++) {
      const { bytes, done } = damagedLog({ seed, requests: 30, maxLineBytes: 4096, percent: 20 });
      for (const damage of done) met.add(damage);
      const { rows, tally, fallbackLines } = await rowsOf(bytes);
      expect(rows).toEqual((await rowsOf(bytes, { exactOnly: true })).rows);
      const places = rows.map(([offset]) => offset);
      expect(places).toEqual(places.toSorted((a, b) => a - b));
      expect(new Set(places).size).toBe(rows.length);
      expect(rows.length).toBe(tally.events);
      recovered += tally.recovered;
      total += rows.length;
      quick += rows.length - fallbackLines;
    }
    expect([...met].sort()).toEqual([...damages].sort());
    expect(recovered).toBeGreaterThan(100);
    expect(total).toBeGreaterThan(5_000);
    expect(quick).toBeGreaterThan(total / 2);
  });

  test("finds a recovered event where it begins, behind bytes that are no UTF-8", async () => {
    const event = (id: string) => `{"timestamp": 1.5, "request_id": "${id}", "event": "e"}`;
    const torn = Buffer.concat([
      Buffer.from('{"timestamp": 1, "é'),
      Buffer.from([0xff, 0xe2, 0x82]),
    ]);
    const bytes = Buffer.concat([torn, Buffer.from(`${event("a")}${event("b")}\n`)]);
    const { rows } = await rowsOf(bytes);
    expect(rows.map(([offset, , id]) => [offset, id])).toEqual([
      [torn.length, "a"],
      [torn.length + event("a").length, "b"],
    ]);
    const line = decodeLine(bytes, 0, bytes.length - 1, false);
    expect(line?.starts).toEqual([torn.length, torn.length + event("a").length]);
  });

  test("writes metadata anew, as every reader understands it", async () => {
    const metadata = '{"a": 1, "a": 2.0, "b": NaN, "c": 1e999, "\\u0064": {"1": [], "0": -0}}';
    const head = '{"timestamp": 1764253805.252636, "iso_time": "2025-11-27T14:30:05.252636", ';
    const body = '"request_id": "b9daa2eb", "service": "stt", "event": "x", "metadata": ';
    const { rows } = await rowsOf(Buffer.from(`${head}${body}${metadata}}\n`));
    const written = '{"a":2,"b":null,"c":null,"d":{"0":0,"1":[]}}';
    expect(rows).toEqual([[0, "1764253805252636", "b9daa2eb", "stt", "x", written]]);
  });
});

test("timeOf() rounds to microseconds and stays within an Int64", () => {
  const cases: readonly (readonly [seconds: number, time: string])[] = [
    [1764253805.2526357, "1764253805252636"],
    [0, "0"],
    [-0.0000004, "0"],
    [-1.5, "-1500000"],
    [1e13, "9223372036854775807"],
    [-1e13, "-9223372036854775808"],
    [1e308, "9223372036854775807"],
    [9e12, "9000000000000000000"],
  ];
  expect(cases.map(([seconds]) => timeOf(seconds))).toEqual(cases.map(([, time]) => time));
  expect(cases.length).toBe(8);
});

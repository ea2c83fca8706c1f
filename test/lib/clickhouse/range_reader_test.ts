import { describe, expect, test } from "bun:test";
import { rangeBytes, rangeIndex } from "../../../lib/clickhouse/range_cutter.ts";
import { type LogRange, RangeReader } from "../../../lib/clickhouse/range_reader.ts";
import { bytesSource } from "../../../lib/ndjson/byte_source.ts";

const maxLineBytes = 1024 * 1024;

/** A log of over three ranges, with a line that runs over a boundary and one that is longer than a range. */
function makeLog(): Buffer {
  const line = (index: number) =>
    `{"timestamp": ${1_764_253_800 + index}.000001, "request_id": "r${index}", "event": "e", "metadata": {"x": "${"y".repeat(index % 200)}"}}\n`;
  const lines = Array.from({ length: 40_000 }, (_, index) => line(index)).join("");
  const long = `"${"z".repeat(rangeBytes + 5)}"\n`;
  return Buffer.from(`${lines}${long}${lines}no end`);
}

async function rangesOf(bytes: Uint8Array, start = 0, probeAt: number | null = null) {
  const source = bytesSource(bytes.subarray(start), 123_457);
  const file = { name: "x", from: start, ...source, damage: () => null, close: () => {} };
  const offsets: number[] = [];
  const reader = new RangeReader(file, start, maxLineBytes, (offset) => offsets.push(offset));
  const ranges: (LogRange & { offsets: number[] })[] = [];
  for (let range = await reader.next(probeAt); range !== null; range = await reader.next()) {
    ranges.push({ ...range, offsets: offsets.splice(0) });
  }
  return ranges;
}

const log = makeLog();
const whole = await rangesOf(log);

describe("RangeReader", () => {
  test("cuts at the first newline at or behind each multiple, without a gap", () => {
    expect(whole.length).toBeGreaterThanOrEqual(3);
    expect(whole.map(({ start }) => start)).toEqual([
      0,
      ...whole.slice(0, -1).map(({ end }) => end),
    ]);
    expect(whole.at(-1)?.end).toBe(log.length);
    for (const { start, end } of whole.slice(0, -1)) {
      const boundary = (rangeIndex(start) + 1) * rangeBytes;
      expect(end).toBe(log.indexOf(10, boundary) + 1);
    }
  });

  test("cuts the same wherever it begins, and however far the log has grown", async () => {
    for (const { start } of whole) {
      const rest = await rangesOf(log, start);
      expect(rest).toEqual(whole.filter((range) => range.start >= start));
    }
    const cut = await rangesOf(log.subarray(0, rangeBytes * 2 - 3));
    expect(cut[0]).toEqual(whole[0] as (typeof whole)[0]);
  });

  test("knows by an offset alone to which range an event belongs", () => {
    let events = 0;
    for (const { start, offsets } of whole) {
      events += offsets.length;
      expect(offsets.filter((offset) => rangeIndex(offset) !== rangeIndex(start))).toEqual([]);
    }
    expect(events).toBe(80_000);
  });

  test("hashes whole lines separately, and up to any place that it is asked about", async () => {
    const last = whole.at(-1);
    if (last === undefined) throw new Error("there is none");
    expect(last.wholeLines.end).toBe(log.length - "no end".length);
    expect(last.problems["torn tail"]).toBe(1);
    const again = await rangesOf(log, last.start, last.wholeLines.end);
    expect(again[0]?.probe).toBe(last.wholeLines.hash);
    const grown = Buffer.concat([log, Buffer.from(" yet\nand more\n")]);
    const longer = await rangesOf(grown, last.start, last.wholeLines.end);
    expect(longer[0]?.probe).toBe(last.wholeLines.hash);
    const changed = Buffer.from(log);
    changed[last.start + 20] = 0x39;
    const other = await rangesOf(changed, last.start, last.wholeLines.end);
    expect(other[0]?.probe).not.toBe(last.wholeLines.hash);
    expect(other[0]?.probe).not.toBeNull();
  });
});

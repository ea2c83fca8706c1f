import { describe, expect, test } from "bun:test";
import { openNdjson } from "../../../lib/render/ndjson.ts";

describe("openNdjson()", () => {
  test("writes one JSON value a line", async () => {
    let text = "";
    const lines = openNdjson((part) => {
      text += part;
    });
    lines.add({ a: 1, b: "x\ny" });
    lines.add({ c: null });
    await lines.end();
    expect(text).toMatch(/^\{"a":1,"b":"x\\ny"\}\r?\n\{"c":null\}\r?\n$/);
  });

  test("writes nothing for nothing", async () => {
    const parts: string[] = [];
    await openNdjson((part) => parts.push(part)).end();
    expect(parts).toEqual([]);
  });

  test("hands over every one of many lines before it has ended", async () => {
    const parts: string[] = [];
    const lines = openNdjson((part) => parts.push(part));
    for (let index = 0; index < 5_000; index++) lines.add({ index });
    await lines.end();
    const values = parts.join("").trimEnd().split("\n");
    expect(values.length).toBe(5_000);
    expect(values.map((line) => (JSON.parse(line) as { index: number }).index)).toEqual(
      Array.from({ length: 5_000 }, (_, index) => index),
    );
  });

  test("throws at the end what a write threw, and writes no more", async () => {
    let writes = 0;
    const lines = openNdjson(() => {
      writes++;
      throw new Error("disk full");
    });
    lines.add({ a: 1 });
    lines.add({ a: 2 });
    await expect(lines.end()).rejects.toThrow("disk full");
    expect(writes).toBe(1);
  });
});

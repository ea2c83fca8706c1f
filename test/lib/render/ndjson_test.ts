import { describe, expect, test } from "bun:test";
import { openNdjson } from "../../../lib/render/ndjson.ts";

describe("openNdjson()", () => {
  test("writes one JSON value a line", () => {
    let text = "";
    const lines = openNdjson((part) => {
      text += part;
    });
    lines.add({ a: 1, b: "x\ny" });
    lines.add({ c: null });
    expect(text).toMatch(/^\{"a":1,"b":"x\\ny"\}\r?\n\{"c":null\}\r?\n$/);
  });

  test("writes nothing for nothing", () => {
    const parts: string[] = [];
    openNdjson((part) => parts.push(part));
    expect(parts).toEqual([]);
  });

  test("hands over every one of many lines before it has ended", () => {
    const parts: string[] = [];
    const lines = openNdjson((part) => parts.push(part));
    for (let index = 0; index < 5_000; index++) lines.add({ index });
    const values = parts.join("").trimEnd().split("\n");
    expect(values.length).toBe(5_000);
    expect(values.map((line) => (JSON.parse(line) as { index: number }).index)).toEqual(
      Array.from({ length: 5_000 }, (_, index) => index),
    );
  });

  test("throws what a write threw, and writes no more", () => {
    let writes = 0;
    const lines = openNdjson(() => {
      writes++;
      throw new Error("disk full");
    });
    expect(() => lines.add({ a: 1 })).toThrow("disk full");
    expect(writes).toBe(1);
  });

  test("hands over each line before the next is added", () => {
    const parts: string[] = [];
    const lines = openNdjson((part) => parts.push(part));
    for (let index = 0; index < 100; index++) {
      lines.add({ index });
      expect(parts.length).toBe(index + 1);
    }
  });
});

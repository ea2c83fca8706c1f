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

  test("writes a list of any length as the last field of a line, item by item", () => {
    const parts: string[] = [];
    const lines = openNdjson((part) => parts.push(part));
    function* items() {
      for (let index = 0; index < 3; index++) {
        // What came before is out already.
        expect(parts.length).toBe(1 + index);
        yield { index, text: "a\nb" };
      }
    }
    lines.addWithList({ a: 1, b: { c: "}" } }, "items", items());
    lines.addWithList({ a: 2 }, "items", []);
    const whole: string[] = [];
    const line = openNdjson((part) => whole.push(part));
    const listed = [0, 1, 2].map((index) => ({ index, text: "a\nb" }));
    line.add({ a: 1, b: { c: "}" }, items: listed });
    line.add({ a: 2, items: [] });
    expect(parts.join("")).toBe(whole.join(""));
  });
});

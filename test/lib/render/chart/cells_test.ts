import { expect, test } from "bun:test";
import { assert, integer, property, string } from "fast-check";
import { cellsOf, clip, fit } from "../../../../lib/render/chart/cells.ts";

test("fit() pads, or leaves the middle out", () => {
  const cases: readonly [text: string, width: number, fitted: string][] = [
    ["llm", 5, "llm  "],
    ["llm", 3, "llm"],
    ["hand-off", 5, "ha…ff"],
    ["hand-off", 1, "…"],
    ["hand-off", 0, ""],
    ["日本語", 6, "日本語"],
    ["日本語", 5, "日…語"],
    // Half of a wide letter finds no room.
    ["日本語", 4, "日… "],
    ["e\u0301e\u0301e\u0301e\u0301", 3, "e\u0301…e\u0301"],
    ["a\x1b[31m", 10, "a\\x1b[31m "],
  ];
  for (const [text, width, fitted] of cases) expect(fit(text, width, "…")).toBe(fitted);
  expect(cases.length).toBe(10);
});

test("fit() may take each plain character for a letter: no two of them are one", () => {
  const codes = Array.from({ length: 0x7f - 0x20 }, (_, index) => 0x20 + index);
  const plain = [...String.fromCharCode(...codes), "→"];
  const segmenter = new Intl.Segmenter("en", { granularity: "grapheme" });
  let pairs = 0;
  for (const one of plain) {
    for (const other of plain) {
      expect([...segmenter.segment(one + other)].length).toBe(2);
      pairs++;
    }
    expect(fit(`a${one}${one}b`, 3, "…")).toBe("a…b");
  }
  expect(pairs).toBe(96 * 96);
});

test("clip() pads, or cuts the end", () => {
  const cases: readonly [text: string, width: number, clipped: string][] = [
    ["no log", 8, "no log  "],
    ["no log yet", 6, "no lo…"],
    ["日本語", 4, "日… "],
    ["a", 0, ""],
  ];
  for (const [text, width, clipped] of cases) expect(clip(text, width, "…")).toBe(clipped);
  expect(cases.length).toBe(4);
});

test("fit() takes exactly the cells it is given, whatever the text", () => {
  assert(
    property(
      string({ unit: "binary", maxLength: 30 }),
      integer({ min: 0, max: 40 }),
      (text, width) => {
        expect(cellsOf(fit(text, width, "…"))).toBe(width);
        expect(cellsOf(clip(text, width, "…"))).toBe(width);
      },
    ),
    { numRuns: 2000 },
  );
});

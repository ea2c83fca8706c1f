import { expect, test } from "bun:test";
import { assert, constantFrom, double, integer, property } from "fast-check";
import { drawBar, drawEnvelope, drawMoment } from "../../../../lib/render/chart/bar.ts";
import { asciiGlyphs, blockGlyphs } from "../../../../lib/render/chart/glyphs.ts";

test("drawBar() is right to an eighth of a cell, and never nothing", () => {
  const cases: readonly [from: number, to: number, bar: string][] = [
    [0, 1, "████████"],
    [0, 0.5, "████    "],
    [0.5, 0.5 + 1 / 16, "    ▌   "],
    [0.25, 0.25, "  ▏     "],
    [1, 1, "       ▏"],
    [0.9, 1, "       ▊"],
    [0, 0.001, "▏       "],
  ];
  for (const [from, to, bar] of cases)
    expect(drawBar({ from, to }, 8, "work", blockGlyphs)).toBe(bar);
  expect(cases.length).toBe(7);
});

test("drawBar() shows by its pattern what the time was spent on", () => {
  const draw = (fill: "hop" | "unaccounted" | "playback") =>
    drawBar({ from: 0, to: 0.5 }, 4, fill, blockGlyphs);
  expect([draw("hop"), draw("unaccounted"), draw("playback")]).toEqual(["▓▓  ", "░░  ", "▄▄  "]);
  expect(drawBar({ from: 0, to: 0.5 }, 4, "hop", asciiGlyphs)).toBe("==  ");
});

test("drawEnvelope() shows both ends, drawMoment() one", () => {
  expect(drawEnvelope({ from: 0.25, to: 1 }, 8, blockGlyphs)).toBe("  ├────┤");
  expect(drawEnvelope({ from: 0.5, to: 0.5 }, 8, blockGlyphs)).toBe("    ├   ");
  expect(drawMoment(1, 4, "?")).toBe("   ?");
});

test("all bars take exactly the cells they are given, wherever they lie", () => {
  const fraction = double({ min: -1, max: 2, noNaN: true });
  assert(
    property(
      fraction,
      fraction,
      integer({ min: 1, max: 200 }),
      constantFrom(blockGlyphs, asciiGlyphs),
      (from, to, width, glyphs) => {
        expect(drawBar({ from, to }, width, "work", glyphs).length).toBe(width);
        expect(drawBar({ from, to }, width, "hop", glyphs).length).toBe(width);
        expect(drawEnvelope({ from, to }, width, glyphs).length).toBe(width);
        expect(drawMoment(from, width, "?").length).toBe(width);
      },
    ),
    { numRuns: 500 },
  );
});

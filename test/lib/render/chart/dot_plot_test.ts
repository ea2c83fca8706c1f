import { expect, test } from "bun:test";
import { drawDotPlot } from "../../../../lib/render/chart/dot_plot.ts";
import { asciiGlyphs, blockGlyphs } from "../../../../lib/render/chart/glyphs.ts";

const axis = { min: 0, max: 10, format: (value: number) => String(value) };

test("drawDotPlot() puts the least at the lower left and the most at the upper right", () => {
  const points = [
    { x: 0, y: 0 },
    { x: 10, y: 10 },
    { x: 5, y: 0 },
  ];
  const lines = drawDotPlot(points, axis, axis, { width: 15, glyphs: blockGlyphs });
  expect(lines).toEqual([
    "  10│         ⠈",
    ...new Array(6).fill("    │          ").map((line: string) => line.slice(0, 15)),
    "   0│⡀    ⡀    ".slice(0, 15),
    "    └──────────",
    "     0       10",
  ]);
});

test("drawDotPlot() keeps equal values in the middle, and counts dots in ASCII", () => {
  const flat = { min: 3, max: 3, format: () => "3" };
  const lines = drawDotPlot([{ x: 3, y: 3 }], flat, flat, { width: 10, glyphs: asciiGlyphs });
  expect(lines.filter((line) => line.includes("."))).toEqual(["   |   .  "]);
});

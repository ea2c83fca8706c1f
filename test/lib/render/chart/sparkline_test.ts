import { expect, test } from "bun:test";
import { asciiGlyphs, blockGlyphs } from "../../../../lib/render/chart/glyphs.ts";
import { drawSparkline } from "../../../../lib/render/chart/sparkline.ts";

const chart = { width: 8, glyphs: blockGlyphs };

test("drawSparkline() draws from nothing to the largest, and says what is not known", () => {
  expect(drawSparkline([1, 2, null, 8, 4], 5, chart)).toBe("▁▂·█▄");
  expect(drawSparkline([1, 2, null, 8, 4], 5, { width: 8, glyphs: asciiGlyphs })).toBe(".:_#=");
  expect(drawSparkline([0, 0], 2, chart)).toBe("▁▁");
  expect(drawSparkline([null, null], 2, chart)).toBe("··");
});

test("drawSparkline() draws the mean of neighbours where cells are short", () => {
  const values = [0, 2, 4, 4, null, 8, null, null];
  expect(drawSparkline(values, 8, { width: 4, glyphs: blockGlyphs })).toBe("▁▄█·");
});

import type { Chart } from "./glyphs.ts";

/**
 * Draws values in their order as one line of heights, from nothing to the largest; where there are more
 * of them than cells, the mean of neighbours. What is not known is a dot of its own.
 *
 * `count` is how many values there are; they are gone through once and not kept.
 */
export function drawSparkline(
  values: Iterable<number | null>,
  count: number,
  { width, glyphs }: Chart,
): string {
  const cells = Math.min(width, count);
  const sums = new Float64Array(cells);
  const known = new Float64Array(cells);
  let index = 0;
  for (const value of values) {
    const cell = Math.min(cells - 1, Math.floor((index++ * cells) / count));
    if (value === null) continue;
    sums[cell] = (sums[cell] ?? 0) + value;
    known[cell] = (known[cell] ?? 0) + 1;
  }
  // NaN where nothing is known.
  const meanOf = (cell: number) => (sums[cell] ?? 0) / (known[cell] ?? 0);
  let most = 0;
  for (let cell = 0; cell < cells; cell++) if (meanOf(cell) > most) most = meanOf(cell);
  const top = glyphs.heights.length - 1;
  const heightOf = (mean: number) => (most > 0 ? Math.max(1, Math.round((mean / most) * top)) : 1);
  let text = "";
  for (let cell = 0; cell < cells; cell++) {
    const isKnown = (known[cell] ?? 0) > 0;
    text += isKnown ? (glyphs.heights[heightOf(meanOf(cell))] ?? "") : glyphs.missing;
  }
  return text;
}

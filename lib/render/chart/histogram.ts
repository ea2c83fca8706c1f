import type { Distribution } from "../../stats/distribution.ts";
import { formatSeconds } from "../../units/duration.ts";
import { drawLabels, drawMarks } from "./axis.ts";
import type { Chart } from "./glyphs.ts";

/** A percentile to be marked, milliseconds. */
export interface Percentile {
  readonly name: string;
  readonly valueMs: number | null;
}

/** Fewer samples than that make no picture. */
const fewestSamples = 8;
const margin = 2;

/**
 * Draws how durations (milliseconds) are spread, over three lines: heights, percentiles, and the ends
 * of the axis. Nothing for a few samples, or for samples that are all alike.
 */
export function drawHistogram(
  { low, high, counts, beyond }: Distribution,
  percentiles: readonly Percentile[],
  { width, glyphs }: Chart,
): string[] {
  const n = counts.reduce((sum, count) => sum + count, beyond);
  if (n < fewestSamples || high <= low) return [];
  const cells = counts.length <= width - 2 * margin ? counts.length : counts.length / 2;
  const columns = joined(counts, columnsFor(n, cells));
  const most = Math.max(...columns);
  const top = glyphs.heights.length - 1;
  const bars = columns.map((count) =>
    (glyphs.heights[Math.ceil((count / most) * top)] ?? "").repeat(cells / columns.length),
  );
  const place = (value: number) => (value - low) / (high - low);
  const marks = percentiles.flatMap(({ name, valueMs }) =>
    valueMs === null || valueMs > high ? [] : [{ at: place(valueMs), text: name }],
  );
  const past = beyond === 0 ? "" : `, ${beyond} beyond`;
  const ends = [
    { at: 0, text: formatSeconds(low / 1000) },
    { at: 1, text: `${formatSeconds(high / 1000)}${past}` },
  ];
  const lines = [bars.join(""), drawMarks(marks, cells, glyphs.mark), drawLabels(ends, cells)];
  return lines.map((line) => `${" ".repeat(margin)}${line}`.padEnd(width));
}

/** So many columns that they say something: at least twice the cube root of `n` (Rice's rule). */
function columnsFor(n: number, cells: number): number {
  const wanted = 2 * Math.cbrt(n);
  const fitting = columnCounts.filter((count) => cells % count === 0);
  return fitting.find((count) => count >= wanted) ?? cells;
}

/** Divisors of the cells that a histogram has. */
const columnCounts = [10, 15, 20, 30, 60];

/** Counts of neighbours added up to `total` columns. */
function joined(counts: readonly number[], total: number): number[] {
  const size = counts.length / total;
  const columns = new Array<number>(total).fill(0);
  for (const [index, count] of counts.entries()) {
    const column = Math.floor(index / size);
    columns[column] = (columns[column] ?? 0) + count;
  }
  return columns;
}

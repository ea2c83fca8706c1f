import { drawLabels } from "./axis.ts";
import { type Chart, dotBit, type Glyphs } from "./glyphs.ts";

/** One dot. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** What an axis shows, and how its ends are written. */
export interface PlotAxis {
  readonly min: number;
  readonly max: number;
  readonly format: (value: number) => string;
}

/** Rows of the plot without its lower axis. */
const rows = 8;

/**
 * Draws points on two axes, each line exactly as wide as the chart. Memory: the plot, however many
 * points there are.
 */
export function drawDotPlot(
  points: Iterable<Point>,
  x: PlotAxis,
  y: PlotAxis,
  { width, glyphs }: Chart,
): string[] {
  const [top, bottom] = [y.format(y.max), y.format(y.min)];
  const labelCells = Math.max(top.length, bottom.length) + 2;
  const columns = width - labelCells - 1;
  const cells = new Uint8Array(columns * rows);
  for (const point of points) {
    const column = placeOf(point.x, x, columns * 2);
    const row = rows * 4 - 1 - placeOf(point.y, y, rows * 4);
    const cell = (row >> 2) * columns + (column >> 1);
    cells[cell] = (cells[cell] ?? 0) | dotBit(column & 1, row & 3);
  }
  const lines = Array.from({ length: rows }, (_, row) => {
    const label = row === 0 ? top : row === rows - 1 ? bottom : "";
    const dots = drawRow(cells, row * columns, (row + 1) * columns, glyphs);
    return `${label.padStart(labelCells)}${glyphs.axis.up}${dots}`;
  });
  const ends = [
    { at: 0, text: x.format(x.min) },
    { at: 1, text: x.format(x.max) },
  ];
  const below = " ".repeat(labelCells);
  return [
    ...lines,
    `${below}${glyphs.axis.corner}${glyphs.axis.along.repeat(columns)}`,
    `${below} ${drawLabels(ends, columns)}`,
  ];
}

/** The cells from one place to another. Most are empty, and are drawn together. */
function drawRow(cells: Uint8Array, from: number, to: number, glyphs: Glyphs): string {
  const empty = glyphs.dots(0);
  let text = "";
  let drawn = from;
  for (let at = from; at < to; at++) {
    const bits = cells[at] ?? 0;
    if (bits === 0) continue;
    text += empty.repeat(at - drawn) + glyphs.dots(bits);
    drawn = at + 1;
  }
  return text + empty.repeat(to - drawn);
}

function placeOf(value: number, { min, max }: PlotAxis, places: number): number {
  if (max <= min) return places >> 1;
  return Math.min(places - 1, Math.max(0, Math.floor(((value - min) / (max - min)) * places)));
}

/** A label to be written under an axis, at a fraction of its length. */
export interface AxisLabel {
  readonly at: number;
  readonly text: string;
}

/**
 * Labels under an axis of `width` cells, in exactly that many: each as near to its place as there is
 * room; one that finds none is left out, those named first are served first.
 */
export function drawLabels(labels: readonly AxisLabel[], width: number): string {
  const cells: (string | null)[] = new Array(width).fill(null);
  for (const { at, text } of labels) {
    const wanted = Math.round(at * (width - 1) - (text.length - 1) * at);
    const start = Math.min(Math.max(0, wanted), width - text.length);
    const isFree = (cell: number) =>
      cell < 0 || cell >= width || cells[cell] === null || cells[cell] === undefined;
    const needed = Array.from({ length: text.length + 2 }, (_, index) => start - 1 + index);
    if (start < 0 || !needed.every(isFree)) continue;
    for (const [index, letter] of [...text].entries()) cells[start + index] = letter;
  }
  return cells.map((cell) => cell ?? " ").join("");
}

/** A mark with its name to the right of it, or to the left where the axis ends. */
export function drawMarks(marks: readonly AxisLabel[], width: number, mark: string): string {
  let line = " ".repeat(width);
  for (const { at, text } of marks) {
    const cell = Math.min(width - 1, Math.max(0, Math.floor(at * width)));
    const right = `${mark}${text}`;
    const start = cell + right.length <= width ? cell : cell - text.length;
    const label = start === cell ? right : `${text}${mark}`;
    const isFree = line.slice(Math.max(0, start - 1), start + label.length + 1).trim() === "";
    if (start < 0 || !isFree) continue;
    line = line.slice(0, start) + label + line.slice(start + label.length);
  }
  return line;
}

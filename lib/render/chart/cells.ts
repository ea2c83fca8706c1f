import { escapeControls } from "../../escape.ts";

/** Cells that a text takes on a terminal: wide characters two, combining ones none. */
export function cellsOf(text: string): number {
  return Bun.stringWidth(text);
}

/**
 * Text from the log as exactly `width` cells: padded behind, or with its middle left out, as names
 * differ at both ends.
 */
export function fit(text: string, width: number, ellipsis: string): string {
  const safe = escapeControls(text);
  const cells = cellsOf(safe);
  if (cells <= width) return safe + " ".repeat(width - cells);
  if (width <= 0) return "";
  const room = width - 1;
  const letters = lettersOf(safe);
  const head = taken(letters, Math.ceil(room / 2));
  const tail = taken(letters.toReversed(), room - Math.ceil(room / 2))
    .toReversed()
    .join("");
  const cut = `${head.join("")}${ellipsis}${tail}`;
  return cut + " ".repeat(width - cellsOf(cut));
}

/** A sentence as exactly `width` cells: padded behind, or cut at its end. */
export function clip(text: string, width: number, ellipsis: string): string {
  const safe = escapeControls(text);
  const cells = cellsOf(safe);
  if (cells <= width) return safe + " ".repeat(width - cells);
  if (width <= 0) return "";
  const cut = `${taken(lettersOf(safe), width - 1).join("")}${ellipsis}`;
  return cut + " ".repeat(width - cellsOf(cut));
}

/** Each of these is a letter by itself, which most names are made of: printable ASCII and our arrow. */
const plain = /^[ -~→]*$/;

/** What a reader takes for one letter each: a base with its combining marks is not torn apart. */
function lettersOf(text: string): string[] {
  // The first segmenter of a process wakes a library, which takes longer than all other drawing.
  if (plain.test(text)) return [...text];
  const segments = new Intl.Segmenter("en", { granularity: "grapheme" }).segment(text);
  return Array.from(segments, ({ segment }) => segment);
}

/** As many letters as find room in `width` cells. */
function taken(letters: readonly string[], width: number): string[] {
  const found: string[] = [];
  let cells = 0;
  for (const letter of letters) {
    cells += cellsOf(letter);
    if (cells > width) break;
    found.push(letter);
  }
  return found;
}

/** The characters that pictures are made of: eighth blocks where the terminal knows them, else ASCII. */
export interface Glyphs {
  /** A cell filled from the left, by ever larger parts; the last one is a whole cell. */
  readonly parts: readonly string[];
  /** A cell filled from below, from empty to whole. */
  readonly heights: readonly string[];
  /** A whole cell by what happens in it, so that a picture can be read without colour. */
  readonly fills: Readonly<Record<Fill, string>>;
  /** The two ends and the middle of what only surrounds others. */
  readonly envelope: { readonly left: string; readonly line: string; readonly right: string };
  readonly slowest: string;
  /** A moment that is known, of a span that is not. */
  readonly unknown: string;
  readonly mark: string;
  readonly missing: string;
  readonly ellipsis: string;
  readonly axis: { readonly up: string; readonly corner: string; readonly along: string };
  /** How a cell shows dots at `(x, y)` of two by four places, given as bits of `dotBit()`. */
  readonly dots: (bits: number) => string;
}

/** What the time of a bar was spent on. */
export type Fill = "work" | "hop" | "setting" | "playback" | "unaccounted";

/** Block and braille characters. */
export const blockGlyphs: Glyphs = {
  parts: ["▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"],
  heights: [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"],
  fills: { work: "█", hop: "▓", setting: "▒", playback: "▄", unaccounted: "░" },
  envelope: { left: "├", line: "─", right: "┤" },
  slowest: "▶",
  unknown: "?",
  mark: "▲",
  missing: "·",
  ellipsis: "…",
  axis: { up: "│", corner: "└", along: "─" },
  dots: (bits) => (bits === 0 ? " " : String.fromCharCode(0x2800 + bits)),
};

/** Characters that every terminal and every font has. */
export const asciiGlyphs: Glyphs = {
  parts: ["|", "#"],
  heights: [" ", ".", ":", "-", "=", "+", "*", "%", "#"],
  fills: { work: "#", hop: "=", setting: "~", playback: "o", unaccounted: "." },
  envelope: { left: "|", line: "-", right: "|" },
  slowest: ">",
  unknown: "?",
  mark: "^",
  missing: "_",
  ellipsis: "~",
  axis: { up: "|", corner: "+", along: "-" },
  dots: (bits) => [" ", ".", ":"][bitCount(bits)] ?? "*",
};

/** The bit of a dot at column `x` (0 or 1) and row `y` (0 to 3) of a cell, as Unicode numbers them. */
export function dotBit(x: number, y: number): number {
  return y < 3 ? 1 << (y + 3 * x) : 0x40 << x;
}

function bitCount(bits: number): number {
  let count = 0;
  for (let rest = bits; rest !== 0; rest &= rest - 1) count++;
  return count;
}

/** Where pictures go: how wide it is in cells, and what it can show. */
export interface Chart {
  readonly width: number;
  readonly glyphs: Glyphs;
}

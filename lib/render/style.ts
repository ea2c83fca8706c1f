/** Emphasis for text on a terminal; every function returns its text unchanged where colour is off. */
export interface Style {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly warn: (text: string) => string;
  readonly fail: (text: string) => string;
  /** One of a few colours, the same for the same number; what it tells is also told without it. */
  readonly hue: (number: number) => (text: string) => string;
}

const unchanged = (text: string) => text;

/** No emphasis at all. */
export const plainStyle: Style = {
  bold: unchanged,
  dim: unchanged,
  warn: unchanged,
  fail: unchanged,
  hue: () => unchanged,
};

const sgr = (on: number, off: number) => (text: string) => `\x1b[${on}m${text}\x1b[${off}m`;

/** Cyan, green, magenta, blue, yellow, and bright cyan: none that means a warning or a failure alone. */
const hues = [36, 32, 35, 34, 33, 96];

/** ANSI emphasis. */
export const ansiStyle: Style = {
  bold: sgr(1, 22),
  dim: sgr(2, 22),
  warn: sgr(33, 39),
  fail: sgr(31, 39),
  hue: (number) => sgr(hues[Math.max(0, number) % hues.length] ?? 36, 39),
};

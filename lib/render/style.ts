/** Emphasis for text on a terminal; every function returns its text unchanged where colour is off. */
export interface Style {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly warn: (text: string) => string;
  readonly fail: (text: string) => string;
}

const unchanged = (text: string) => text;

/** No emphasis at all. */
export const plainStyle: Style = {
  bold: unchanged,
  dim: unchanged,
  warn: unchanged,
  fail: unchanged,
};

const sgr = (on: number, off: number) => (text: string) => `\x1b[${on}m${text}\x1b[${off}m`;

/** ANSI emphasis. */
export const ansiStyle: Style = {
  bold: sgr(1, 22),
  dim: sgr(2, 22),
  warn: sgr(33, 39),
  fail: sgr(31, 39),
};

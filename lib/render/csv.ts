/** What a cell may hold; null is an empty cell. */
export type Cell = string | number | boolean | null;

/**
 * What makes a spreadsheet take a text for a formula if it stands first (OWASP, CSV injection): the signs,
 * also as wide letters, tab and line breaks, and NUL, which is passed over.
 */
const formulaStart = /^[=+\-@\t\r\n\0＝＋－＠]/;
/** Some spreadsheets part cells at semicolons and tabs. */
const special = /[",;\t\r\n]|^\s|\s$/;

/**
 * One line of CSV after RFC 4180, line end included. Texts that a spreadsheet would take for a formula get
 * a single quote in front; numbers are numbers, negative ones too.
 */
export function csvLine(cells: readonly Cell[]): string {
  return `${cells.map(csvCell).join(",")}\r\n`;
}

function csvCell(cell: Cell): string {
  if (cell === null) return "";
  if (typeof cell !== "string") return String(cell);
  const safe = formulaStart.test(cell) ? `'${cell}` : cell;
  return special.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

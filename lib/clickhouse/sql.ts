/** A text as ClickHouse's SQL writes it, quotes included. */
export function quoteText(text: string): string {
  const escaped = text.replace(/[\\'\0\b\f\n\r\t]/g, (found) => escapes[found] ?? found);
  return `'${escaped.toWellFormed()}'`;
}

/** A name of a database, table or column as ClickHouse's SQL writes it. */
export function quoteName(name: string): string {
  return `\`${name.replace(/[\\`]/g, "\\$&")}\``;
}

const escapes: Readonly<Record<string, string>> = {
  "\\": "\\\\",
  "'": "\\'",
  "\0": "\\0",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
};

import { formatMilliseconds, formatSeconds } from "../../units/duration.ts";
import { escapeText, Html, html } from "./html.ts";

/** The date and clock time of a moment, Unix seconds, as the page writes them. */
export type Clock = (seconds: number) => string;

/** Milliseconds as seconds for a person; `–` where nobody can tell. */
export function seconds(milliseconds: number | null): string {
  return milliseconds === null ? "–" : formatSeconds(milliseconds / 1000);
}

/** Milliseconds for a person; `–` where nobody can tell. */
export function milliseconds(value: number | null): string {
  return value === null ? "–" : formatMilliseconds(value);
}

/** A fraction as a percentage; `–` where nobody can tell. */
export function share(fraction: number | null): string {
  return fraction === null ? "–" : `${(fraction * 100).toFixed(1)}%`;
}

/** A table's cell: its exact value for programs and for sorting, empty where nobody can tell. */
export function quantityCell(value: number | null, text: string): Html {
  return new Html(quantityMarkup(value, escapeText(text)));
}

/** The same for `joinRows`: `text` is one of those that are made of a number here. */
export function quantityMarkup(value: number | null, text: string): string {
  return `<td data-value="${exact(value)}">${text}</td>`;
}

/** A number that reads back as the same number. */
export function exact(value: number | null): string {
  return value === null ? "" : String(value);
}

/** Wide content that scrolls by itself, also from the keyboard. */
export function scrolling(label: string, content: Html): Html {
  return html`<div class="scroll" role="group" tabindex="0" aria-label="${label}">${content}</div>`;
}

/** Names of tables with many rows have no more characters at their beginning and at their end. */
const endOfName = 150;

/** A name that titles one row of many; the middle of a long one is left out. */
export function rowTitle(name: string): Html {
  const isLong = name.length > 2 * endOfName;
  const shown = isLong ? `${name.slice(0, endOfName)}…${name.slice(-endOfName)}` : name;
  return html`<th scope="row">${shown}</th>`;
}

/** Columns of words; the others hold numbers. */
const wordy = new Set([
  "Kind",
  "Service",
  "Metadata",
  "Request",
  "Cache",
  "Detail",
  "Bytes",
  "Drawn",
]);

/** The head of a table. */
export function titleRow(titles: readonly string[]): Html {
  return html`<thead><tr>${titles.map((title) =>
    wordy.has(title)
      ? html`<th scope="col" class="text">${title}</th>`
      : html`<th scope="col">${title}</th>`,
  )}</tr></thead>`;
}

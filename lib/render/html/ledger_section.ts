import type { LedgerSummaryRow } from "../../report/page_report.ts";
import { type Html, html } from "./html.ts";
import { milliseconds, quantityCell, rowTitle, scrolling, share, titleRow } from "./quantities.ts";

/** Rows that are listed; the rest is one row. */
const mostRows = 30;

/** Renders where the time of all waits went: medians, and shares that add up to the whole. */
export function ledgerSection(rows: readonly LedgerSummaryRow[]): Html {
  return html`<section id="ledger"><h2>Where the time of the wait goes</h2>${rows.length === 0 ? html`<p>No request has a wait for audio.</p>` : ledgerTable(rows)}</section>`;
}

function ledgerTable(rows: readonly LedgerSummaryRow[]): Html {
  const shown = rows.slice(0, mostRows);
  const others = rows.slice(mostRows);
  const most = shown[0]?.series.share ?? 1;
  const titles = ["Row", "Kind", "n", "Median", "Share of the wait", "Drawn"];
  const table = html`<table class="ledger"><caption>Ledger of all waits, opening → first audio: each moment counted once, so the shares add up to all of it; medians are of the requests that have the row</caption>${titleRow(titles)}
<tbody>${shown.map(
    ({ name, kind, series: { n, p50, share: part } }) =>
      html`<tr>${rowTitle(name)}<td class="text">${kind}</td>${quantityCell(n, String(n))}${quantityCell(p50, milliseconds(p50))}${quantityCell(part, share(part))}<td>${bar(kind, (part ?? 0) / most)}</td></tr>
`,
  )}${others.length === 0 ? null : otherRow(others, most)}</tbody></table>`;
  return scrolling("Where the time of the wait goes", table);
}

function otherRow(rows: readonly LedgerSummaryRow[], most: number): Html {
  const part = rows.reduce((sum, { series }) => sum + (series.share ?? 0), 0);
  return html`<tr><th scope="row">${rows.length} smaller rows</th><td></td><td></td><td></td>${quantityCell(part, share(part))}<td>${bar("unaccounted", part / most)}</td></tr>`;
}

function bar(kind: string, part: number): Html {
  const width = Math.round(Math.min(1, part) * 1000) / 10;
  return html`<svg class="share" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true"><rect class="${kind}" x="0" y="0" width="${width}" height="10"/></svg>`;
}

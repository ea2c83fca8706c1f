import type { AnalysisSummary } from "../../report/analysis_report.ts";
import type { Series } from "../../stats/series.ts";
import { type Html, html } from "./html.ts";
import { milliseconds, share } from "./quantities.ts";

/** Gaps whose median is up to this are noise between two lines of code. */
const smallestGapMs = 1;

/** Renders the tables of spans and gaps, which a script makes sortable. */
export function spansSection({ spans, gaps }: AnalysisSummary): Html {
  const large = [...gaps].filter(([, series]) => (series.p50 ?? 0) > smallestGapMs);
  const small = gaps.size - large.length;
  return html`<section id="spans"><h2>Spans</h2>${seriesTable("Durations of spans", "Span", [...spans])}</section>
<section id="gaps"><h2>Gaps</h2><p>Time between two events that no span covers. ${small === 0 ? "" : `${small} with a median of up to 1 ms are left out.`}</p>${seriesTable("Durations of gaps", "Gap", large)}</section>`;
}

const columns: readonly (readonly [title: string, of: (series: Series) => number | null])[] = [
  ["mean", ({ mean }) => mean],
  ["min", ({ min }) => min],
  ["p50", ({ p50 }) => p50],
  ["p90", ({ p90 }) => p90],
  ["p95", ({ p95 }) => p95],
  ["p99", ({ p99 }) => p99],
  ["max", ({ max }) => max],
];

function seriesTable(
  caption: string,
  kind: string,
  rows: readonly (readonly [name: string, series: Series])[],
): Html {
  if (rows.length === 0) return html`<p>None</p>`;
  const titles = [kind, "n", ...columns.map(([title]) => title), "share"];
  return html`<div class="scroll"><table class="sortable"><caption>${caption}</caption>
<thead><tr>${titles.map((title) => html`<th scope="col">${title}</th>`)}</tr></thead>
<tbody>${rows.map(
    ([name, series]) =>
      html`<tr><th scope="row">${name}</th><td data-value="${series.n}">${series.n}</td>${columns.map(([, of]) => html`<td data-value="${String(of(series) ?? "")}">${milliseconds(of(series))}</td>`)}<td data-value="${String(series.share ?? "")}">${share(series.share)}</td></tr>`,
  )}</tbody></table></div>`;
}

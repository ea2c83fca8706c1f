import type { AnalysisSummary } from "../../report/analysis_report.ts";
import type { Series } from "../../stats/series.ts";
import { type Html, html } from "./html.ts";
import { milliseconds, quantityCell, rowTitle, scrolling, share, titleRow } from "./quantities.ts";

/** Rows of a table; of more, those with the most time. */
const mostRows = 200;

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
  const shown = withMostTime(rows);
  const more =
    shown.length < rows.length ? `, the ${mostRows} with the most time of ${rows.length}` : "";
  const titles = [kind, "n", ...columns.map(([title]) => title), "share"];
  const table = html`<table class="sortable"><caption>${caption}${more}</caption>
${titleRow(titles)}
<tbody>${shown.map(
    ([name, series]) =>
      html`<tr>${rowTitle(name)}${quantityCell(series.n, String(series.n))}${columns.map(([, of]) => quantityCell(of(series), milliseconds(of(series))))}${quantityCell(series.share, share(series.share))}</tr>
`,
  )}</tbody></table>`;
  return scrolling(caption, table);
}

/** In the order in which they are given. */
function withMostTime<Row extends readonly [name: string, series: Series]>(
  rows: readonly Row[],
): readonly Row[] {
  if (rows.length <= mostRows) return rows;
  const timeOf = ([, { n, mean }]: Row) => n * (mean ?? 0);
  const ranked = [...rows].sort((a, b) => timeOf(b) - timeOf(a));
  const shown = new Set(ranked.slice(0, mostRows));
  return rows.filter((row) => shown.has(row));
}

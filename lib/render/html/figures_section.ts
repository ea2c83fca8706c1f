import type { AnalysisSummary, FigureName } from "../../report/analysis_report.ts";
import type { Distribution } from "../../stats/distribution.ts";
import type { Series } from "../../stats/series.ts";
import { type Html, html } from "./html.ts";
import { milliseconds, seconds, share } from "./quantities.ts";

/** The figures in the order of their weight, with the window that each is measured over. */
const figures: readonly (readonly [figure: FigureName, title: string, window: string])[] = [
  ["voiceToVoice", "Voice-to-voice", "end of speech → first audio"],
  ["processing", "Processing", "total − playback"],
  ["total", "Total", "first event → last event"],
  ["playback", "Playback", "while audio sounds"],
];

/** Renders the key figures with their distributions, and where the time of a usual wait goes. */
export function figuresSection(summary: AnalysisSummary): Html {
  const outcomes = Object.entries(summary.outcomes)
    .filter(([, count]) => count > 0)
    .map(([outcome, count]) => `${count} ${outcome}`)
    .join(", ");
  return html`<section id="figures"><h2>Key figures</h2>
<p>Outcomes: ${outcomes === "" ? "none" : outcomes}</p>
<div class="cards">${figures.map(([figure, title, window]) =>
    figureCard(title, window, summary.figures[figure], summary.distributions[figure]),
  )}</div>
<h2>Where the time of the wait goes</h2>
${shares(summary)}
</section>`;
}

function figureCard(
  title: string,
  window: string,
  series: Series,
  distribution: Distribution | null,
): Html {
  return html`<div class="card"><h3>${title}</h3><p class="window">${window}</p>
<p class="big">${seconds(series.p50)}</p>
<dl><dt>p50</dt><dd>${seconds(series.p50)}</dd><dt>p90</dt><dd>${seconds(series.p90)}</dd><dt>p95</dt><dd>${seconds(series.p95)}</dd><dt>p99</dt><dd>${seconds(series.p99)}</dd><dt>mean</dt><dd>${seconds(series.mean)}</dd><dt>min</dt><dd>${seconds(series.min)}</dd><dt>max</dt><dd>${seconds(series.max)}</dd><dt>n</dt><dd>${series.n}</dd></dl>
${distribution === null ? null : histogram(title, distribution, series)}</div>`;
}

const width = 300;
const height = 70;

function histogram(title: string, distribution: Distribution, { p50, p95 }: Series): Html {
  const { low, high, counts, beyond } = distribution;
  const most = Math.max(1, ...counts);
  const part = width / counts.length;
  const bars = counts.map((count, index) =>
    count === 0
      ? null
      : html`<rect x="${round(index * part)}" y="${round(height - (count / most) * height)}" width="${round(part - 0.5)}" height="${round((count / most) * height)}"/>`,
  );
  const place = (value: number) => (high > low ? ((value - low) / (high - low)) * width : 0);
  const marks = [p50, p95].map((value) =>
    value === null || value > high
      ? null
      : html`<line class="mark" x1="${round(place(value))}" x2="${round(place(value))}" y1="0" y2="${height}"/>`,
  );
  const past = beyond > 0 ? `, ${beyond} beyond` : "";
  const label = `Distribution of ${title} from ${seconds(low)} to ${seconds(high)}${past}; lines at p50 and p95`;
  return html`<svg class="histogram" viewBox="0 0 ${width} ${height}" role="img" aria-label="${label}">${bars}${marks}</svg><p class="ends"><span>${seconds(low)}</span><span>${seconds(high)}${past}</span></p>`;
}

function round(value: number): string {
  return String(Math.round(value * 10) / 10);
}

/** The spans and gaps of the wait, by the part of all waits that they make up. */
function shares(summary: AnalysisSummary): Html {
  const rows = [
    ...[...summary.spans].map(([name, series]) => ({ name, series, kind: "span" })),
    ...[...summary.gaps].map(([name, series]) => ({ name, series, kind: "gap" })),
  ].filter(({ series }) => (series.share ?? 0) >= 0.001);
  rows.sort((a, b) => (b.series.share ?? 0) - (a.series.share ?? 0));
  const most = Math.max(0.001, ...rows.map(({ series }) => series.share ?? 0));
  return html`<div class="scroll"><table class="shares"><caption>Part of all waits for the first audio; spans inside others are counted in both</caption>
<thead><tr><th scope="col">Span or gap</th><th scope="col">Median</th><th scope="col">Share</th><th scope="col">Share, drawn</th></tr></thead>
<tbody>${rows.map(
    ({ name, series, kind }) =>
      html`<tr><th scope="row">${name}</th><td>${milliseconds(series.p50)}</td><td>${share(series.share)}</td><td><svg class="share" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true"><rect class="${kind}" x="0" y="0" width="${round(((series.share ?? 0) / most) * 100)}" height="10"/></svg></td></tr>`,
  )}</tbody></table></div>`;
}

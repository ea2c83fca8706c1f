import type { AnalysisSummary, FigureName } from "../../report/analysis_report.ts";
import type { Distribution } from "../../stats/distribution.ts";
import type { Series } from "../../stats/series.ts";
import { type Html, html } from "./html.ts";
import { exact, seconds } from "./quantities.ts";

/** The figures in the order of their weight, with the window that each is measured over. */
const figures: readonly {
  readonly figure: FigureName;
  /** As JSON calls it. */
  readonly name: string;
  readonly title: string;
  readonly window: string;
}[] = [
  {
    figure: "voiceToVoice",
    name: "voice_to_voice",
    title: "Voice-to-voice",
    window: "end of speech → first audio",
  },
  { figure: "processing", name: "processing", title: "Processing", window: "total − playback" },
  { figure: "total", name: "total", title: "Total", window: "first event → last event" },
  { figure: "playback", name: "playback", title: "Playback", window: "while audio sounds" },
];

const statistics = ["p50", "p90", "p95", "p99", "mean", "min", "max"] as const;

/** Renders the key figures with their distributions. */
export function figuresSection(summary: AnalysisSummary): Html {
  const outcomes = Object.entries(summary.outcomes)
    .filter(([, count]) => count > 0)
    .map(([outcome, count]) => `${count} ${outcome}`)
    .join(", ");
  return html`<section id="figures"><h2>Key figures</h2>
<p>Outcomes: ${outcomes === "" ? "none" : outcomes}</p>
<div class="cards">${figures.map(({ figure, name, title, window }) =>
    figureCard(name, title, window, summary.figures[figure], summary.distributions[figure]),
  )}</div></section>`;
}

function figureCard(
  name: string,
  title: string,
  window: string,
  series: Series,
  distribution: Distribution | null,
): Html {
  return html`<div class="card" data-figure="${name}"><h3>${title}</h3><p class="window">${window}</p>
<p class="big">${seconds(series.p50)}</p>
<dl>${statistics.map(
    (statistic) =>
      html`<dt>${statistic}</dt><dd data-field="${statistic}" data-value="${exact(series[statistic])}">${seconds(series[statistic])}</dd>`,
  )}<dt>n</dt><dd data-field="n" data-value="${series.n}">${series.n}</dd></dl>
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

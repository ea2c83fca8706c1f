import { expect, test } from "bun:test";
import { blockGlyphs } from "../../../lib/render/chart/glyphs.ts";
import { plainStyle } from "../../../lib/render/style.ts";
import { renderSummaryText, type SummaryTextOptions } from "../../../lib/render/summary_text.ts";
import type { AnalysisSummary } from "../../../lib/report/analysis_report.ts";
import { emptySeries, type Series } from "../../../lib/stats/series.ts";

const series: Series = {
  n: 20,
  mean: 1500,
  min: 0.4,
  p50: 1400,
  p90: 2000.5,
  p95: 2100,
  p99: null,
  max: 2222.2,
  share: 0.1234,
};

const summary: AnalysisSummary = {
  figures: {
    total: series,
    playback: { ...series, p50: 0 },
    processing: series,
    voiceToVoice: emptySeries,
  },
  distributions: { total: null, playback: null, processing: null, voiceToVoice: null },
  spans: new Map([["llm", series]]),
  gaps: new Map([
    ["a → b", { ...series, p50: 1 }],
    ["b\x1b → c", { ...series, p50: 1.001, share: null }],
  ]),
  steps: new Map([["a → b", { ...series, share: null }]]),
  outcomes: { answered: 19, speaking: 0, silent: 1, partial: 0 },
};

const options: SummaryTextOptions = { style: plainStyle, steps: false, chart: null };

test("renderSummaryText() writes the four figures, spans and gaps", () => {
  const doubleRule = "=".repeat(80);
  const rule = "-".repeat(80);
  const block = (title: string) => `${title}\n${rule}
  Average: 1.50s   n 20
  Min: 0.00s   Max: 2.22s`;
  expect(renderSummaryText(summary, options)).toBe(`${doubleRule}
SUMMARY: 20 requests (19 answered, 1 silent)
${doubleRule}

${block("PROCESSING TIME (total − playback):")}
  p50 1.40s   p90 2.00s   p95 2.10s   p99 –

${block("PLAYBACK TIME (audio sounding):")}
  p50 0.00s   p90 2.00s   p95 2.10s   p99 –

${block("END-TO-END TIME (first event → last event):")}
  p50 1.40s   p90 2.00s   p95 2.10s   p99 –

VOICE-TO-VOICE (opening → first audio):
${rule}
  Average: –   n 0
  Min: –   Max: –
  p50 –   p90 –   p95 –   p99 –

SPANS:
${rule}
name   n    mean    min     p50     p90     p95  p99     max  share
llm   20  1500ms  400µs  1400ms  2001ms  2100ms    –  2222ms  12.3%

GAPS (covered by no span):
${rule}
name        n    mean    min  p50     p90     p95  p99     max  share
b\\x1b → c  20  1500ms  400µs  1ms  2001ms  2100ms    –  2222ms      –
`);
});

test("renderSummaryText() adds the steps on demand, and leaves empty tables out", () => {
  const text = renderSummaryText(summary, { ...options, steps: true });
  expect(text).toContain("\nAVERAGE STEP TIMES (neighbouring events):\n");
  const one: AnalysisSummary = {
    ...summary,
    figures: { ...summary.figures, total: { ...series, n: 1 } },
    spans: new Map(),
    gaps: new Map(),
    steps: new Map(),
    outcomes: { answered: 1 },
  };
  const short = renderSummaryText(one, { ...options, steps: true });
  expect(short).toContain("SUMMARY: 1 request (1 answered)\n");
  for (const title of ["SPANS", "GAPS", "AVERAGE STEP"]) expect(short).not.toContain(title);
});

test("renderSummaryText() draws a histogram below each figure that has samples to show", () => {
  const counts = new Array(60).fill(1);
  const total = { low: 0, high: 3000, counts, beyond: 0 };
  const drawn = { ...summary, distributions: { ...summary.distributions, total } };
  const text = renderSummaryText(drawn, { ...options, chart: { width: 80, glyphs: blockGlyphs } });
  expect(text.split("█".repeat(60)).length).toBe(2);
  expect(text).toContain("▲p50");
});

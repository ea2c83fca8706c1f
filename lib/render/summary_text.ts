import type { AnalysisSummary, FigureName } from "../report/analysis_report.ts";
import type { Series } from "../stats/series.ts";
import { formatMilliseconds, formatSeconds } from "../units/duration.ts";
import type { Chart } from "./chart/glyphs.ts";
import { drawHistogram } from "./chart/histogram.ts";
import type { Style } from "./style.ts";
import { renderTable } from "./table.ts";

const doubleRule = "=".repeat(80);
const rule = "-".repeat(80);
/** Gaps whose median is up to this are noise between two lines of code. */
const smallestGapMs = 1;

/** How a summary is written for a person. */
export interface SummaryTextOptions {
  readonly style: Style;
  /** Also the table of neighbouring events. */
  readonly steps: boolean;
  /** Where pictures go; null for figures only. */
  readonly chart: Chart | null;
}

/** Renders what is normal over many requests. */
export function renderSummaryText(summary: AnalysisSummary, options: SummaryTextOptions): string {
  const { style, steps } = options;
  const { figures, outcomes } = summary;
  const requests = figures.total.n;
  const counts = Object.entries(outcomes).filter(([, count]) => count > 0);
  const outcomeText = counts.map(([outcome, count]) => `${count} ${outcome}`).join(", ");
  const lines = [
    doubleRule,
    style.bold(`SUMMARY: ${requests} ${requests === 1 ? "request" : "requests"} (${outcomeText})`),
    doubleRule,
    ...block("PROCESSING TIME (total − playback):", "processing", summary, options),
    ...block("PLAYBACK TIME (audio sounding):", "playback", summary, options),
    ...block("END-TO-END TIME (first event → last event):", "total", summary, options),
    ...block("VOICE-TO-VOICE (opening → first audio):", "voiceToVoice", summary, options),
    ...tableBlock("SPANS:", summary.spans, summary, style),
    ...tableBlock("GAPS (covered by no span):", withoutNoise(summary.gaps), summary, style),
    ...(steps
      ? tableBlock("AVERAGE STEP TIMES (neighbouring events):", summary.steps, summary, style)
      : []),
  ];
  return `${lines.join("\n")}\n`;
}

function withoutNoise(gaps: ReadonlyMap<string, Series>): Map<string, Series> {
  return new Map([...gaps].filter(([, series]) => (series.p50 ?? 0) > smallestGapMs));
}

function block(
  title: string,
  figure: FigureName,
  { figures, distributions }: AnalysisSummary,
  { style, chart }: SummaryTextOptions,
): string[] {
  const series = figures[figure];
  const distribution = distributions[figure];
  const marks = [
    { name: "p50", valueMs: series.p50 },
    { name: "p95", valueMs: series.p95 },
  ];
  const known = (name: string, value: number | null) =>
    `${name} ${value === null ? "–" : formatSeconds(value / 1000)}`;
  return [
    "",
    style.bold(title),
    rule,
    `  ${known("Average:", series.mean)}   n ${series.n}`,
    `  ${known("Min:", series.min)}   ${known("Max:", series.max)}`,
    `  ${known("p50", series.p50)}   ${known("p90", series.p90)}   ${known("p95", series.p95)}   ${known("p99", series.p99)}`,
    ...(chart === null || distribution === null ? [] : drawHistogram(distribution, marks, chart)),
  ];
}

/** A table of series; `~` follows a name with samples that were corrected. */
function tableBlock(
  title: string,
  table: ReadonlyMap<string, Series>,
  { corrected }: AnalysisSummary,
  style: Style,
): string[] {
  if (table.size === 0) return [];
  const cell = (value: number | null) => (value === null ? "–" : formatMilliseconds(value));
  const rows = [...table].map(([name, series]) => [
    corrected?.has(name) ? `${name} ~` : name,
    String(series.n),
    ...[series.mean, series.min, series.p50, series.p90, series.p95, series.p99, series.max].map(
      cell,
    ),
    series.share === null ? "–" : `${(series.share * 100).toFixed(1)}%`,
  ]);
  const header = ["name", "n", "mean", "min", "p50", "p90", "p95", "p99", "max", "share"];
  return ["", style.bold(title), rule, ...renderTable(header, rows)];
}

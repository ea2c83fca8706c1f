import type { AnalysisSummary } from "../report/analysis_report.ts";
import type { Series } from "../stats/series.ts";
import { formatMilliseconds, formatSeconds } from "../units/duration.ts";
import type { Style } from "./style.ts";
import { renderTable } from "./table.ts";

const doubleRule = "=".repeat(80);
const rule = "-".repeat(80);
/** Gaps whose median is up to this are noise between two lines of code. */
const smallestGapMs = 1;

/** Renders what is normal over many requests; `steps` adds the table of neighbouring events. */
export function renderSummaryText(summary: AnalysisSummary, style: Style, steps: boolean): string {
  const { figures, outcomes } = summary;
  const requests = figures.total.n;
  const counts = Object.entries(outcomes).filter(([, count]) => count > 0);
  const outcomeText = counts.map(([outcome, count]) => `${count} ${outcome}`).join(", ");
  const lines = [
    doubleRule,
    style.bold(`SUMMARY: ${requests} ${requests === 1 ? "request" : "requests"} (${outcomeText})`),
    doubleRule,
    ...block("PROCESSING TIME (total − playback):", figures.processing, style),
    ...block("PLAYBACK TIME (audio sounding):", figures.playback, style),
    ...block("END-TO-END TIME (first event → last event):", figures.total, style),
    ...block("VOICE-TO-VOICE (opening → first audio):", figures.voiceToVoice, style),
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

function block(title: string, series: Series, style: Style): string[] {
  const known = (name: string, value: number | null) =>
    `${name} ${value === null ? "–" : formatSeconds(value / 1000)}`;
  return [
    "",
    style.bold(title),
    rule,
    `  ${known("Average:", series.mean)}   n ${series.n}`,
    `  ${known("Min:", series.min)}   ${known("Max:", series.max)}`,
    `  ${known("p50", series.p50)}   ${known("p90", series.p90)}   ${known("p95", series.p95)}   ${known("p99", series.p99)}`,
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

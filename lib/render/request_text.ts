import { escapeControls } from "../escape.ts";
import type { RequestReport, SpanReport } from "../report/request_report.ts";
import { formatMilliseconds, formatSeconds } from "../units/duration.ts";
import { type Calendar, formatClock } from "../units/instant.ts";
import type { Chart } from "./chart/glyphs.ts";
import { drawLedger, ledgerLegend } from "./chart/ledger_bars.ts";
import { drawWaterfall } from "./chart/waterfall.ts";
import { describeCorrection } from "./clock_text.ts";
import { correctedMark } from "./corrected_mark.ts";
import { deltaLines } from "./delta_text.ts";
import type { Style } from "./style.ts";

/** How a request is written for a person. */
export interface RequestTextOptions {
  readonly style: Style;
  readonly utc: boolean;
  /** The reader's present moment: a start on another day is written with its date. */
  readonly nowSeconds: number;
  /** Reads the time of the process's zone, instead of the runtime. */
  readonly local?: Calendar;
  /** Also list every pair of neighbouring events. */
  readonly steps: boolean;
  readonly ledger: boolean;
  /** Where pictures go; null for tables only. */
  readonly chart: Chart | null;
}

const doubleRule = "=".repeat(80);
const rule = "-".repeat(80);

/** Renders one request: header, timeline, deltas, waterfall and ledger. */
export function renderRequestText(report: RequestReport, options: RequestTextOptions): string {
  const lines = [
    ...headerLines(report, options),
    "",
    ...timelineLines(report, options.style),
    "",
    ...deltaLines(report, options.style),
    "",
    options.style.bold(`TOTAL: ${formatSeconds(report.figures.totalMs / 1000)}`),
    ...(options.steps ? ["", ...stepLines(report, options.style)] : []),
    ...waterfallLines(report, options),
    ...(options.ledger && report.ledger.length > 0 ? ["", ...ledgerLines(report, options)] : []),
    "",
  ];
  return `${lines.join("\n")}\n`;
}

function headerLines(report: RequestReport, { style, utc, nowSeconds, local }: RequestTextOptions) {
  const { figures } = report;
  const parts = `processing ${seconds(figures.processingMs)}, playback ${seconds(figures.playbackMs)}`;
  const voiceToVoice =
    figures.voiceToVoiceMs === null
      ? "–   no reply was heard, or the beginning is missing"
      : `${seconds(figures.voiceToVoiceMs)}   ${figures.opening} → first audio`;
  const incomplete = report.spans.filter((span) => span.incomplete);
  const conflicts = report.spans.filter((span) => span.durationMs !== null && span.durationMs < 0);
  return [
    doubleRule,
    style.bold(`Request ID: ${escapeControls(report.id)}`),
    `Start Time: ${formatClock(report.startSeconds, nowSeconds, utc, local)}`,
    `Total Duration: ${seconds(figures.totalMs)}   (${parts})`,
    `Voice-to-voice: ${voiceToVoice}`,
    ...(report.session === null ? [] : [`Session: ${escapeControls(report.session)}`]),
    ...(report.outcome === "answered" ? [] : [style.warn(`Outcome: ${report.outcome}`)]),
    ...incomplete.map((span) => style.warn(`Incomplete: ${describeIncomplete(span)}`)),
    ...conflicts.map((span) => style.warn(`Clock conflict: ${describeConflict(span)}`)),
    ...(report.corrections ?? []).map((correction) =>
      style.warn(`Clock corrected (~): ${escapeControls(describeCorrection(correction))}`),
    ),
    doubleRule,
  ];
}

function describeIncomplete(span: SpanReport): string {
  return escapeControls(`${span.name} has only ${span.label}`);
}

function describeConflict(span: SpanReport): string {
  const size = formatMilliseconds(-(span.durationMs ?? 0));
  return escapeControls(`${span.name} arrives ${size} before it is sent: two clocks disagree`);
}

function timelineLines(report: RequestReport, style: Style): string[] {
  const services = report.events.map((event) => escapeControls(event.service));
  const width = Math.max(10, ...services.map((service) => service.length));
  return [
    style.bold("TIMELINE:"),
    `    Time | ${"Service".padEnd(width)} | Event`,
    rule,
    ...report.events.map((event, index) => {
      const offsetMs = Math.floor((event.atSeconds - report.startSeconds) * 1000 + 0.5);
      const service = (services[index] ?? "").padEnd(width);
      const mark = event.isCorrected ? "~" : " ";
      return `${`${offsetMs}ms`.padStart(8)}${mark}| ${service} | ${escapeControls(event.name)}`;
    }),
  ];
}

function stepLines(report: RequestReport, style: Style): string[] {
  const steps = report.events.slice(1).map((to, index) => {
    const from = report.events[index];
    const durationMs = (to.atSeconds - (from?.atSeconds ?? to.atSeconds)) * 1000;
    const label = escapeControls(`${from?.name} → ${to.name}`);
    const isCorrected = from?.isCorrected !== to.isCorrected;
    const sign = isCorrected ? "~" : " ";
    return `${formatMilliseconds(durationMs).padStart(8)}${sign}| ${label}`;
  });
  return [style.bold("STEPS (every pair of neighbouring events):"), rule, ...steps];
}

/** A single moment has no waterfall. */
function waterfallLines(report: RequestReport, { chart, style }: RequestTextOptions): string[] {
  if (chart === null || report.events.length < 2) return [];
  return ["", style.bold("WATERFALL:"), rule, ...drawWaterfall(report, chart, style)];
}

function ledgerLines(report: RequestReport, { chart, style }: RequestTextOptions): string[] {
  const until = report.figures.voiceToVoiceMs === null ? "end of the wait" : "first audio";
  const title = `LEDGER (${report.figures.opening} → ${until}, each moment counted once):`;
  const rows = chart === null ? ledgerTable(report) : drawLedger(report.ledger, chart);
  const legend = chart === null ? [] : [style.dim(`  ${ledgerLegend(report.ledger, chart)}`)];
  return [style.bold(title), rule, ...rows, ...legend];
}

function ledgerTable(report: RequestReport): string[] {
  const sumMs = report.ledger.reduce((sum, row) => sum + row.durationMs, 0);
  const rows = report.ledger.map((row) => {
    const share = row.share === null ? "–" : `${(row.share * 100).toFixed(1)}%`;
    const time = `${formatMilliseconds(row.durationMs).padStart(8)}${correctedMark(row)}`;
    return `${time}| ${share.padStart(6)} | ${row.kind.padEnd(11)} | ${escapeControls(row.name)}`;
  });
  const total = `${formatMilliseconds(sumMs).padStart(8)} | ${"100.0%".padStart(6)} | whole wait`;
  return [...rows, total];
}

function seconds(milliseconds: number): string {
  return formatSeconds(milliseconds / 1000);
}

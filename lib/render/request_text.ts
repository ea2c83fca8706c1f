import { escapeControls } from "../escape.ts";
import { isMeasurable, type RequestReport, type SpanReport } from "../report/request_report.ts";
import { formatMilliseconds, formatSeconds } from "../units/duration.ts";
import { formatClock } from "../units/instant.ts";
import { describeCorrection } from "./clock_text.ts";
import type { Style } from "./style.ts";

/** How a request is written for a person. */
export interface RequestTextOptions {
  readonly style: Style;
  readonly utc: boolean;
  /** The reader's present moment: a start on another day is written with its date. */
  readonly nowSeconds: number;
  /** Also list every pair of neighbouring events. */
  readonly steps: boolean;
  readonly ledger: boolean;
}

const doubleRule = "=".repeat(80);
const rule = "-".repeat(80);
/** Gaps up to this are noise between two lines of code. */
const smallestGapMs = 1;

/** Renders one request: header, timeline, deltas and ledger. */
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
    ...(options.ledger && report.ledger.length > 0
      ? ["", ...ledgerLines(report, options.style)]
      : []),
    "",
  ];
  return `${lines.join("\n")}\n`;
}

function headerLines(report: RequestReport, { style, utc, nowSeconds }: RequestTextOptions) {
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
    `Start Time: ${formatClock(report.startSeconds, nowSeconds, utc)}`,
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

interface Delta {
  readonly label: string;
  readonly startSeconds: number;
  readonly durationMs: number;
  readonly isEnvelope: boolean;
  readonly isSlowest: boolean;
  readonly uncertaintyMs?: number;
  readonly isMeasurable?: boolean;
}

function deltaLines(report: RequestReport, style: Style): string[] {
  const spans = report.spans.flatMap((span): Delta[] => {
    if (span.durationMs === null) return [];
    const label = span.label ?? span.name;
    return [
      {
        ...span,
        label,
        durationMs: span.durationMs,
        isEnvelope: span.kind === "envelope",
        isMeasurable: isMeasurable(span),
      },
    ];
  });
  const gaps = report.gaps
    .filter((gap) => gap.durationMs > smallestGapMs)
    .map((gap): Delta => ({ ...gap, label: gap.name, isEnvelope: false }));
  const rows = [...spans, ...gaps].filter((row) => !row.isEnvelope).sort(inTimeOrder);
  const envelopes = spans.filter((row) => row.isEnvelope).sort(inTimeOrder);
  const open: Delta[] = [];
  const nested = rows.map((row) => {
    if (row.durationMs < 0) return deltaLine(row, 0, style);
    while (open.length > 0 && !contains(open.at(-1), row)) open.pop();
    // What ends before it starts lies inside nothing.
    const depth = row.durationMs < 0 ? 0 : open.length;
    if (row.durationMs > 0) open.push(row);
    return deltaLine(row, depth, style);
  });
  return [
    style.bold("DELTAS (Time between events):"),
    rule,
    ...nested,
    ...envelopes.map((row) => deltaLine(row, 0, style)),
  ];
}

/** By start; of two that start together the longer one first, as it may contain the other. */
function inTimeOrder(a: Delta, b: Delta): number {
  return a.startSeconds - b.startSeconds || b.durationMs - a.durationMs;
}

/** Instants of our time are a quarter of a microsecond apart in a float64; sums of them are off by more. */
const roundingMs = 1e-3;

function contains(outer: Delta | undefined, inner: Delta): boolean {
  if (outer === undefined) return false;
  const outerEnd = outer.startSeconds * 1000 + outer.durationMs;
  return inner.startSeconds * 1000 + inner.durationMs <= outerEnd + roundingMs;
}

function deltaLine(row: Delta, depth: number, style: Style): string {
  const mark = row.isSlowest ? style.fail("  ← Slowest step") : "";
  const label = `${"  ".repeat(depth)}${escapeControls(row.label)}`;
  if (row.isMeasurable === false) {
    const known = formatMilliseconds(row.uncertaintyMs ?? 0);
    return `${"–".padStart(8)}~| ${label}  not measurable (the clocks are known to ${known})${mark}`;
  }
  return `${formatMilliseconds(row.durationMs).padStart(8)}${correctedMark(row)}| ${label}${mark}`;
}

/** What follows a time: a blank, or the sign of a correction. */
function correctedMark({ uncertaintyMs }: { readonly uncertaintyMs?: number }): string {
  return uncertaintyMs === undefined ? " " : "~";
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

function ledgerLines(report: RequestReport, style: Style): string[] {
  const sumMs = report.ledger.reduce((sum, row) => sum + row.durationMs, 0);
  const until = report.figures.voiceToVoiceMs === null ? "end of the wait" : "first audio";
  const rows = report.ledger.map((row) => {
    const share = row.share === null ? "–" : `${(row.share * 100).toFixed(1)}%`;
    const time = `${formatMilliseconds(row.durationMs).padStart(8)}${correctedMark(row)}`;
    return `${time}| ${share.padStart(6)} | ${row.kind.padEnd(11)} | ${escapeControls(row.name)}`;
  });
  const total = `${formatMilliseconds(sumMs).padStart(8)} | ${"100.0%".padStart(6)} | whole wait`;
  return [
    style.bold(`LEDGER (${report.figures.opening} → ${until}, each moment counted once):`),
    rule,
    ...rows,
    total,
  ];
}

function seconds(milliseconds: number): string {
  return formatSeconds(milliseconds / 1000);
}

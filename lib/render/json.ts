import type { AnalysisSummary } from "../report/analysis_report.ts";
import type { LogReport } from "../report/log_report.ts";
import { isMeasurable, type RequestReport } from "../report/request_report.ts";
import type { Series } from "../stats/series.ts";
import { correctionsToJson } from "./clock_json.ts";
import { outlierToJson } from "./outlier_json.ts";

/** The version of every JSON document; it changes when a field changes its meaning. */
export const jsonSchema = 1;

/** A request as JSON writes it: durations in milliseconds, instants in Unix seconds. */
export function requestToJson(report: RequestReport): Record<string, unknown> {
  const { figures } = report;
  return {
    id: report.id,
    start: report.startSeconds,
    session: report.session,
    outcome: report.outcome,
    figures: {
      total: figures.totalMs,
      playback: figures.playbackMs,
      processing: figures.processingMs,
      voice_to_voice: figures.voiceToVoiceMs,
    },
    events: report.events.map(({ atSeconds, service, name, metadata, isCorrected }) => ({
      at: atSeconds,
      service,
      event: name,
      metadata,
      ...(isCorrected ? { corrected: true } : {}),
    })),
    spans: report.spans.map((span) => ({
      name: span.name,
      kind: span.kind,
      start: span.startSeconds,
      duration: isMeasurable(span) ? span.durationMs : null,
      incomplete: span.incomplete,
      ...correctedToJson(span),
    })),
    ledger: report.ledger.map((row) => ({
      name: row.name,
      kind: row.kind,
      start: row.startSeconds,
      duration: row.durationMs,
      share: row.share,
      ...correctedToJson(row),
    })),
    slowest: report.slowest && { name: report.slowest.name, duration: report.slowest.durationMs },
    ...(report.corrections === undefined
      ? {}
      : { corrections: correctionsToJson(report.corrections) }),
    ...(report.outlier === undefined ? {} : { outlier: outlierToJson(report.outlier) }),
  };
}

function correctedToJson({ uncertaintyMs }: { readonly uncertaintyMs?: number }) {
  return uncertaintyMs === undefined ? {} : { corrected: true, uncertainty: uncertaintyMs };
}

/** A summary as JSON writes it. */
export function summaryToJson(summary: AnalysisSummary): Record<string, unknown> {
  const { figures } = summary;
  return {
    figures: {
      total: seriesToJson(figures.total),
      playback: seriesToJson(figures.playback),
      processing: seriesToJson(figures.processing),
      voice_to_voice: seriesToJson(figures.voiceToVoice),
    },
    spans: tableToJson(summary.spans),
    gaps: tableToJson(summary.gaps),
    steps: tableToJson(summary.steps),
    outcomes: summary.outcomes,
    ...(summary.corrected === undefined ? {} : { corrected: [...summary.corrected].sort() }),
  };
}

/** What was read, as JSON writes it. */
export function logToJson(log: LogReport): Record<string, unknown> {
  return {
    files: log.files,
    scope: log.scope,
    bytes: log.bytes,
    bytes_read: log.bytesRead,
    lines: log.lines,
    events: log.events,
    requests: log.requests,
    recovered: log.recovered,
    blank: log.blank,
    nul_holes: log.nulHoles,
    closed_early: log.closedEarly,
    folded: log.folded,
    fallback_lines: log.fallbackLines,
    problems: log.problems,
  };
}

/** A series as JSON writes it, its fields in their documented order. */
export function seriesToJson(series: Series): Record<string, number | null> {
  const { n, mean, min, p50, p90, p95, p99, max, share } = series;
  return { n, mean, min, p50, p90, p95, p99, max, share };
}

/** Names come from the log: entries, unlike assignments, cannot touch an object's prototype. */
function tableToJson(table: ReadonlyMap<string, Series>): Record<string, unknown> {
  return Object.fromEntries([...table].map(([name, series]) => [name, seriesToJson(series)]));
}

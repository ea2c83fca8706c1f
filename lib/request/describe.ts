import type { TimingEvent } from "../event/timing_event.ts";
import type { CorrectionReport } from "../report/clock_report.ts";
import type { EventReport, RequestReport, SpanReport } from "../report/request_report.ts";
import { uncertaintyBetween } from "./clock_shifts.ts";
import { computeFigures, type Figures } from "./figures.ts";
import { findGaps, type Gap, stepName } from "./gaps.ts";
import { buildLedger, eventsAround, findSlowest, type Slowest } from "./ledger.ts";
import {
  type RequestTrace,
  type ServiceShifts,
  traceSession,
  traceStart,
} from "./request_trace.ts";
import { findSpans, type Span } from "./spans.ts";

/** Everything that is computed of one request, in seconds. */
export interface RequestAnalysis {
  readonly trace: RequestTrace;
  readonly spans: readonly Span[];
  readonly gaps: readonly Gap[];
  readonly figures: Figures;
}

/** Computes a request's spans, gaps and figures. */
export function analyzeRequest(trace: RequestTrace): RequestAnalysis {
  const spans = findSpans(trace.events);
  const gaps = findGaps(trace.events, spans);
  return { trace, spans, gaps, figures: computeFigures(trace.events, spans) };
}

/** Turns an analysed request into the plain report that renderers take. */
export function describeRequest(analysis: RequestAnalysis): RequestReport {
  const { trace, spans, gaps, figures } = analysis;
  const ledger = buildLedger(trace.events, spans, figures);
  const slowest = findSlowest(ledger);
  const ledgerSeconds = ledger.reduce((sum, row) => sum + secondsOf(row), 0);
  const { voiceToVoiceSeconds } = figures;
  const isFromFirstEvent = figures.openingSeconds === traceStart(trace);
  return {
    id: trace.id,
    startSeconds: traceStart(trace),
    session: traceSession(trace),
    outcome: figures.outcome,
    figures: {
      totalMs: figures.totalSeconds * 1000,
      playbackMs: figures.playbackSeconds * 1000,
      processingMs: figures.processingSeconds * 1000,
      voiceToVoiceMs: voiceToVoiceSeconds === null ? null : voiceToVoiceSeconds * 1000,
      opening: isFromFirstEvent ? "first event" : "end of speech",
    },
    events: trace.events.map((event) => describeEvent(event, trace)),
    spans: spans.map((span) => describeSpan(span, analysis, slowest)),
    gaps: gaps.map((gap) => ({
      name: gap.name,
      startSeconds: gap.startSeconds,
      durationMs: secondsOf(gap) * 1000,
      isSlowest: slowest?.row.span === null && slowest.row.startSeconds === gap.startSeconds,
      ...uncertaintyOf(trace, () => [trace.events[gap.endEvent - 1], trace.events[gap.endEvent]]),
    })),
    ledger: ledger.map((row) => ({
      name: row.name,
      kind: row.kind,
      startSeconds: row.startSeconds,
      durationMs: secondsOf(row) * 1000,
      share: ledgerSeconds > 0 ? secondsOf(row) / ledgerSeconds : null,
      ...uncertaintyOf(trace, () => eventsAround(trace.events, row.startSeconds, row.endSeconds)),
    })),
    slowest: slowest && { name: slowest.name, durationMs: slowest.durationSeconds * 1000 },
    ...(trace.shifts === undefined ? {} : { corrections: describeShifts(trace.shifts) }),
  };
}

function describeEvent(
  { timestampSeconds, service, name, metadata }: TimingEvent,
  { shifts }: RequestTrace,
): EventReport {
  const event = { atSeconds: timestampSeconds, service, name, metadata };
  return shifts?.has(service) ? { ...event, isCorrected: true } : event;
}

function describeSpan(span: Span, analysis: RequestAnalysis, slowest: Slowest | null): SpanReport {
  const { trace } = analysis;
  const { events } = trace;
  const from = span.startEvent === null ? undefined : events[span.startEvent];
  const to = span.endEvent === null ? undefined : events[span.endEvent];
  const isPair = from !== undefined && to !== undefined;
  const seconds = span.endSeconds === null ? null : span.endSeconds - span.startSeconds;
  const slowestSpan = slowest?.row.span?.parent ?? slowest?.row.span;
  return {
    name: span.name,
    kind: span.kind,
    startSeconds: span.startSeconds,
    durationMs: seconds === null ? null : seconds * 1000,
    incomplete: seconds === null,
    label: isPair ? stepName(from, to) : seconds === null ? ((from ?? to)?.name ?? null) : null,
    isSlowest: span === slowestSpan,
    ...(isPair ? uncertaintyOf(trace, () => [from, to]) : null),
    service: (from ?? to ?? events[span.parent?.startEvent ?? -1])?.service ?? null,
    startEvent: span.startEvent,
    endEvent: span.endEvent,
  };
}

function uncertaintyOf(
  { shifts }: RequestTrace,
  between: () => readonly [from: TimingEvent | undefined, to: TimingEvent | undefined],
): { readonly uncertaintyMs?: number } | null {
  // Mostly no clock was corrected, and nothing is uncertain.
  if (shifts === undefined) return null;
  const [from, to] = between();
  const seconds = uncertaintyBetween(shifts, from?.service, to?.service);
  return seconds === null ? null : { uncertaintyMs: seconds * 1000 };
}

function describeShifts(shifts: ServiceShifts): CorrectionReport[] {
  return [...shifts].map(([service, { offsetSeconds, lowSeconds, highSeconds }]) => ({
    service,
    offsetMs: offsetSeconds * 1000,
    lowestMs: lowSeconds * 1000,
    highestMs: highSeconds * 1000,
  }));
}

function secondsOf(row: { readonly startSeconds: number; readonly endSeconds: number }): number {
  return row.endSeconds - row.startSeconds;
}

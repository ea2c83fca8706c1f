import type { RequestReport, SpanReport } from "../report/request_report.ts";
import { toMicroseconds } from "../units/microseconds.ts";

/** From when to when, microseconds since 1970; never negative. */
export interface Extent {
  readonly startMicros: number;
  readonly endMicros: number;
}

/** False for an incomplete span, and for one that ends before it starts. */
export function isWhole({ durationMs }: SpanReport): boolean {
  return durationMs !== null && durationMs >= 0;
}

/** When a span was; only its start if it is not whole. */
export function spanExtent(span: SpanReport): Extent {
  const startMicros = toMicroseconds(span.startSeconds);
  if (!isWhole(span)) return { startMicros, endMicros: startMicros };
  return { startMicros, endMicros: endAfter(span.startSeconds, span.durationMs ?? 0) };
}

/** When a turn was: from its first event, or what came before it, to its last. */
export function turnExtent({ events, spans }: RequestReport): Extent {
  let [startMicros, endMicros] = [Number.POSITIVE_INFINITY, 0];
  for (const { atSeconds } of events) {
    const micros = toMicroseconds(atSeconds);
    startMicros = Math.min(startMicros, micros);
    endMicros = Math.max(endMicros, micros);
  }
  for (const span of spans) {
    const extent = spanExtent(span);
    startMicros = Math.min(startMicros, extent.startMicros);
    endMicros = Math.max(endMicros, extent.endMicros);
  }
  return { startMicros, endMicros };
}

/** The wait for the first audio; null if none was heard. */
export function waitExtent({ figures, ledger }: RequestReport): Extent | null {
  const [opening] = ledger;
  if (figures.voiceToVoiceMs === null || opening === undefined) return null;
  const startMicros = toMicroseconds(opening.startSeconds);
  return { startMicros, endMicros: endAfter(opening.startSeconds, figures.voiceToVoiceMs) };
}

/** Which of two comes first: the earlier start, and of equal ones the later end. */
export function compareExtents(a: Extent, b: Extent): number {
  return a.startMicros - b.startMicros || b.endMicros - a.endMicros;
}

/** A difference of two instants is exact, and so is the later one taken from it. */
function endAfter(startSeconds: number, durationMs: number): number {
  return toMicroseconds(startSeconds + durationMs / 1000);
}

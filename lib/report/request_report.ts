import type { CorrectionReport } from "./clock_report.ts";
import type { OutlierReport } from "./outlier_report.ts";

/** One request, explained. Durations in milliseconds, instants in Unix seconds. */
export interface RequestReport {
  readonly id: string;
  readonly startSeconds: number;
  readonly session: string | null;
  readonly outcome: string;
  readonly figures: FiguresReport;
  readonly events: readonly EventReport[];
  readonly spans: readonly SpanReport[];
  readonly gaps: readonly GapReport[];
  readonly ledger: readonly LedgerRowReport[];
  /** The longest row of the ledger that somebody could work on; null for an empty ledger. */
  readonly slowest: { readonly name: string; readonly durationMs: number } | null;
  /** Present if clocks were corrected: which, and by how much. */
  readonly corrections?: readonly CorrectionReport[];
  /** Present for the slowest ones, if they were asked for. */
  readonly outlier?: OutlierReport;
}

/** The figures of one request, milliseconds. */
export interface FiguresReport {
  readonly totalMs: number;
  readonly playbackMs: number;
  readonly processingMs: number;
  /** Opening to first audio; null without audio, and for a partial request. */
  readonly voiceToVoiceMs: number | null;
  /** What the voice-to-voice figure counts from, in words. */
  readonly opening: string;
}

/** One event of a request, as it was logged. */
export interface EventReport {
  readonly atSeconds: number;
  readonly service: string;
  readonly name: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  /** Present if the event was shifted. */
  readonly isCorrected?: true;
}

/** What is said of time between the events of two services whose clocks were shifted. */
interface CorrectedTime {
  /** How far apart the bounds of the clocks are, milliseconds; absent if nothing was corrected. */
  readonly uncertaintyMs?: number;
}

/** Time between two paired events, or one of them without the other. */
export interface SpanReport extends CorrectedTime {
  readonly name: string;
  readonly kind: string;
  readonly startSeconds: number;
  /** Null for an incomplete span, negative in a clock conflict. */
  readonly durationMs: number | null;
  readonly incomplete: boolean;
  /** Its two events, `a → b`, or of an incomplete span the one it has; null for a span without events of its own. */
  readonly label: string | null;
  readonly isSlowest: boolean;
  /** Who logged its first event, or that of the span it lies in. */
  readonly service: string | null;
  /** Places of its two events among the request's; null where it has none, as with spans from metadata. */
  readonly startEvent: number | null;
  readonly endEvent: number | null;
}

/** Time between two neighbouring events that no span covers. */
export interface GapReport extends CorrectedTime {
  readonly name: string;
  readonly startSeconds: number;
  readonly durationMs: number;
  readonly isSlowest: boolean;
}

/** A stretch of the wait for the first audio, owned by one span or by nobody. */
export interface LedgerRowReport extends CorrectedTime {
  readonly name: string;
  readonly kind: string;
  readonly startSeconds: number;
  readonly durationMs: number;
  /** Part of the whole ledger, a fraction; null if the ledger has no length. */
  readonly share: number | null;
}

/**
 * False for a hop that is smaller than what is known of its two clocks: it could as well be half as
 * long again, or next to nothing.
 */
export function isMeasurable({ kind, durationMs, uncertaintyMs }: SpanReport): boolean {
  return (
    kind !== "hop" ||
    durationMs === null ||
    uncertaintyMs === undefined ||
    Math.abs(durationMs) >= uncertaintyMs
  );
}

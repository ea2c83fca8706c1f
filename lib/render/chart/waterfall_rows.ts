import { isMeasurable, type RequestReport } from "../../report/request_report.ts";

/** Gaps up to this are noise between two lines of code. */
const smallestGapMs = 1;
/** Instants of our time are a quarter of a microsecond apart in a float64. */
const roundingMs = 1e-3;

/** A stretch of a request's time, or the one moment that is known of it. */
interface Stretch {
  readonly name: string;
  readonly startSeconds: number;
  /** Null for an open one, negative in a clock conflict. */
  readonly durationMs: number | null;
  /** A span's kind, or `unaccounted` for a gap. */
  readonly kind: string;
  readonly service: string | null;
  readonly isSlowest: boolean;
  /** Set where clocks were corrected; see `SpanReport`. */
  readonly uncertaintyMs?: number;
  readonly isMeasurable?: boolean;
}

/** A row of a waterfall. */
export interface WaterfallRow extends Stretch {
  /** How many rows before it contain it. */
  readonly depth: number;
}

/** A row of which it is not known yet what contains it. */
type LooseRow = Stretch & { depth: number };

/** The rows of a request's waterfall, and the time axis that they lie on. */
export function waterfallRows(report: RequestReport): {
  readonly rows: readonly WaterfallRow[];
  readonly firstSeconds: number;
  readonly lengthSeconds: number;
} {
  const rows = stretchesOf(report);
  findDepths(rows);
  const firstSeconds = Math.min(report.startSeconds, ...rows.map((row) => row.startSeconds));
  const lastSeconds = Math.max(...report.events.map((event) => event.atSeconds));
  return { rows, firstSeconds, lengthSeconds: lastSeconds - firstSeconds };
}

/** Spans and gaps in time order, envelopes last. */
function stretchesOf({ spans, gaps }: RequestReport): LooseRow[] {
  const known = spans.map(
    (span): LooseRow => ({ ...span, isMeasurable: isMeasurable(span), depth: 0 }),
  );
  const unknown = gaps
    .filter((gap) => gap.durationMs > smallestGapMs)
    .map((gap): LooseRow => ({ ...gap, kind: "unaccounted", service: null, depth: 0 }));
  const isEnvelope = (row: Stretch) => row.kind === "envelope";
  const inTime = (a: Stretch, b: Stretch) =>
    a.startSeconds - b.startSeconds || (b.durationMs ?? 0) - (a.durationMs ?? 0);
  const rows = [...known, ...unknown].sort(inTime);
  return [...rows.filter((row) => !isEnvelope(row)), ...rows.filter(isEnvelope)];
}

/** Finds what each row lies in; envelopes and what has no length surround nothing. */
function findDepths(rows: readonly LooseRow[]): void {
  const open: Stretch[] = [];
  for (const row of rows) {
    if (row.kind === "envelope" || row.durationMs === null || row.durationMs < 0) continue;
    while (open.length > 0 && !contains(open.at(-1), row)) open.pop();
    row.depth = open.length;
    if (row.durationMs > 0) open.push(row);
  }
}

function contains(outer: Stretch | undefined, inner: Stretch): boolean {
  if (outer === undefined) return false;
  const endMs = (row: Stretch) => row.startSeconds * 1000 + (row.durationMs ?? 0);
  return endMs(inner) <= endMs(outer) + roundingMs;
}

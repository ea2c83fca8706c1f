import { escapeControls } from "../escape.ts";
import { isMeasurable, type RequestReport } from "../report/request_report.ts";
import { formatMilliseconds } from "../units/duration.ts";
import { correctedMark } from "./corrected_mark.ts";
import type { Style } from "./style.ts";

const rule = "-".repeat(80);
/** Gaps up to this are noise between two lines of code. */
const smallestGapMs = 1;

interface Delta {
  readonly label: string;
  readonly startSeconds: number;
  readonly durationMs: number;
  readonly isEnvelope: boolean;
  readonly isSlowest: boolean;
  readonly uncertaintyMs?: number;
  readonly isMeasurable?: boolean;
}

/** Lists a request's spans and its gaps in time order, spans inside others indented, envelopes last. */
export function deltaLines(report: RequestReport, style: Style): string[] {
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

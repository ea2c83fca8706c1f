import { isMeasurable, type RequestReport, type SpanReport } from "../../report/request_report.ts";
import { formatMilliseconds, formatSeconds } from "../../units/duration.ts";
import { correctedMark } from "../corrected_mark.ts";
import type { Style } from "../style.ts";
import { drawLabels } from "./axis.ts";
import { drawBar, drawEnvelope, drawMoment, type Stretch } from "./bar.ts";
import { fit } from "./cells.ts";
import type { Chart, Fill } from "./glyphs.ts";

/** Gaps up to this are noise between two lines of code. */
const smallestGapMs = 1;
const durationCells = 8;
const fewestNameCells = 8;
const nameShare = 0.36;
/** Instants of our time are a quarter of a microsecond apart in a float64. */
const roundingMs = 1e-3;

/** A row of the picture before it is drawn. */
interface Row {
  readonly name: string;
  readonly startSeconds: number;
  readonly durationMs: number | null;
  readonly kind: string;
  readonly service: string | null;
  readonly isSlowest: boolean;
  readonly uncertaintyMs?: number;
  readonly isMeasurable?: boolean;
}

/**
 * Draws a request's spans and gaps on its time axis, each line exactly as wide as the chart: name, bar,
 * duration. Spans inside others are indented, envelopes come last; the slowest step is marked.
 */
export function drawWaterfall(
  report: RequestReport,
  { width, glyphs }: Chart,
  style: Style,
): string[] {
  const rows = rowsOf(report);
  const first = Math.min(report.startSeconds, ...rows.map((row) => row.startSeconds));
  const last = Math.max(...report.events.map((event) => event.atSeconds));
  const lengthSeconds = last - first;
  const depths = depthsOf(rows);
  const names = rows.map((row, index) => `${"  ".repeat(depths[index] ?? 0)}${row.name}`);
  const longest = Math.max(fewestNameCells, ...names.map((name) => Bun.stringWidth(name)));
  const nameCells = Math.min(longest, Math.max(fewestNameCells, Math.floor(width * nameShare)));
  const barCells = width - nameCells - durationCells - 4;
  const services = [...new Set(report.events.map((event) => event.service))];
  const fraction = (seconds: number) => (lengthSeconds > 0 ? (seconds - first) / lengthSeconds : 0);
  const lines = rows.map((row, index) => {
    const mark = row.isSlowest ? glyphs.slowest : " ";
    const name = fit(names[index] ?? "", nameCells, glyphs.ellipsis);
    const bar = drawRow(row, barCells);
    const duration = describeDuration(row);
    const paint = row.service === null ? style.dim : style.hue(services.indexOf(row.service));
    const cells = `${mark} ${name} ${paint(bar)}${correctedMark(row)}${duration.padStart(durationCells)}`;
    return row.isSlowest ? style.bold(cells) : cells;
  });
  const labels = [0, 1, 0.5, 0.25, 0.75].map((at) => ({
    at,
    text: formatSeconds(lengthSeconds * at),
  }));
  const margin = " ".repeat(nameCells + 3);
  return [...lines, `${margin}${drawLabels(labels, barCells)}${" ".repeat(durationCells + 1)}`];

  function drawRow(row: Row, cells: number): string {
    const from = fraction(row.startSeconds);
    if (row.durationMs === null || row.durationMs < 0) {
      return drawMoment(from, cells, glyphs.unknown);
    }
    const stretch: Stretch = { from, to: fraction(row.startSeconds + row.durationMs / 1000) };
    if (row.kind === "envelope") return drawEnvelope(stretch, cells, glyphs);
    return drawBar(stretch, cells, row.kind as Fill, glyphs);
  }
}

/** A hop that is smaller than what is known of its clocks has no length that could be told. */
function describeDuration({ durationMs, isMeasurable }: Row): string {
  if (isMeasurable === false) return "–";
  return durationMs === null ? "open" : formatMilliseconds(durationMs);
}

/** Spans and gaps in time order, envelopes last. */
function rowsOf({ spans, gaps }: RequestReport): Row[] {
  const known = spans.map(
    (span: SpanReport): Row => ({ ...span, isMeasurable: isMeasurable(span) }),
  );
  const unknown = gaps
    .filter((gap) => gap.durationMs > smallestGapMs)
    .map((gap): Row => ({ ...gap, kind: "unaccounted", service: null }));
  const isEnvelope = (row: Row) => row.kind === "envelope";
  const inTime = (a: Row, b: Row) =>
    a.startSeconds - b.startSeconds || (b.durationMs ?? 0) - (a.durationMs ?? 0);
  const rows = [...known, ...unknown].sort(inTime);
  return [...rows.filter((row) => !isEnvelope(row)), ...rows.filter(isEnvelope)];
}

/** How deep each row lies in rows before it; envelopes and what has no length surround nothing. */
function depthsOf(rows: readonly Row[]): number[] {
  const open: Row[] = [];
  return rows.map((row) => {
    if (row.kind === "envelope" || row.durationMs === null || row.durationMs < 0) return 0;
    while (open.length > 0 && !contains(open.at(-1), row)) open.pop();
    const depth = open.length;
    if (row.durationMs > 0) open.push(row);
    return depth;
  });
}

function contains(outer: Row | undefined, inner: Row): boolean {
  if (outer === undefined) return false;
  const endMs = (row: Row) => row.startSeconds * 1000 + (row.durationMs ?? 0);
  return endMs(inner) <= endMs(outer) + roundingMs;
}

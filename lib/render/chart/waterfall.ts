import type { RequestReport } from "../../report/request_report.ts";
import { formatMilliseconds, formatSeconds } from "../../units/duration.ts";
import { correctedMark } from "../corrected_mark.ts";
import type { Style } from "../style.ts";
import { drawLabels } from "./axis.ts";
import { drawBar, drawEnvelope, drawMoment, type Stretch } from "./bar.ts";
import { fit } from "./cells.ts";
import type { Chart, Fill } from "./glyphs.ts";
import { type WaterfallRow, waterfallRows } from "./waterfall_rows.ts";

const durationCells = 8;
const fewestNameCells = 8;
const nameShare = 0.36;

/**
 * Draws a request's spans and gaps on its time axis, each line exactly as wide as the chart: name, bar,
 * duration. Spans inside others are indented, envelopes come last; the slowest step is marked.
 */
export function drawWaterfall(
  report: RequestReport,
  { width, glyphs }: Chart,
  style: Style,
): string[] {
  const { rows, firstSeconds, lengthSeconds } = waterfallRows(report);
  const names = rows.map((row) => `${"  ".repeat(row.depth)}${row.name}`);
  const longest = Math.max(fewestNameCells, ...names.map((name) => Bun.stringWidth(name)));
  const nameCells = Math.min(longest, Math.max(fewestNameCells, Math.floor(width * nameShare)));
  const barCells = width - nameCells - durationCells - 4;
  const services = [...new Set(report.events.map((event) => event.service))];
  const fraction = (seconds: number) =>
    lengthSeconds > 0 ? (seconds - firstSeconds) / lengthSeconds : 0;
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

  function drawRow(row: WaterfallRow, cells: number): string {
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
function describeDuration({ durationMs, isMeasurable }: WaterfallRow): string {
  if (isMeasurable === false) return "–";
  return durationMs === null ? "open" : formatMilliseconds(durationMs);
}

import type { RequestReport } from "../../report/request_report.ts";
import { formatMilliseconds, formatSeconds } from "../../units/duration.ts";
import { type WaterfallRow, waterfallRows } from "../chart/waterfall_rows.ts";
import { type Html, html } from "./html.ts";

const width = 1000;
const nameWidth = 250;
const figureWidth = 80;
const rowHeight = 18;
/** More rows than that nobody looks at; the tables below have what is left out. */
const mostRows = 200;
const axisHeight = 20;
const barWidth = width - nameWidth - figureWidth - 20;

/** Draws a request's spans and gaps on its time axis, as a picture that needs no script. */
export function drawWaterfallSvg(report: RequestReport): Html {
  const { rows: all, firstSeconds, lengthSeconds } = waterfallRows(report);
  const rows = all.slice(0, mostRows);
  const height = rows.length * rowHeight + axisHeight;
  const services = [...new Set(report.events.map((event) => event.service))];
  const x = (seconds: number) =>
    nameWidth + (lengthSeconds > 0 ? ((seconds - firstSeconds) / lengthSeconds) * barWidth : 0);
  const label = `Waterfall of request ${report.id}, ${formatSeconds(lengthSeconds)}${all.length > rows.length ? `, the first ${mostRows} of ${all.length} rows` : ""}`;
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((at) => {
    const left = fixed(nameWidth + at * barWidth);
    return html`<line class="tick" x1="${left}" x2="${left}" y1="0" y2="${rows.length * rowHeight}"/><text class="axis" x="${left}" y="${height - 6}" text-anchor="middle">${formatSeconds(lengthSeconds * at)}</text>`;
  });
  return html`<svg class="waterfall" viewBox="0 0 ${width} ${height}" role="img" aria-label="${label}">${ticks}${rows.map((row, index) => drawRow(row, index))}</svg>`;

  function drawRow(row: WaterfallRow, index: number): Html {
    const top = index * rowHeight;
    const left = x(row.startSeconds);
    const right = row.durationMs === null ? left : x(row.startSeconds + row.durationMs / 1000);
    const service = row.service === null ? 0 : services.indexOf(row.service) % 6;
    const kind = row.durationMs === null || row.durationMs < 0 ? "unknown" : row.kind;
    const duration = row.durationMs === null ? "open" : formatMilliseconds(row.durationMs);
    const title = `${row.name}: ${duration}${row.service === null ? "" : `, ${row.service}`}`;
    return html`<g class="row${row.isSlowest ? " slowest" : ""}"><title>${title}</title><text class="name" x="${4 + row.depth * 12}" y="${top + 13}">${row.isSlowest ? "▶ " : ""}${shorten(row.name, 38 - row.depth * 2)}</text><rect class="bar ${kind} s${service}" x="${fixed(Math.min(left, right))}" y="${top + 3}" width="${fixed(Math.max(1.5, Math.abs(right - left)))}" height="${rowHeight - 6}"/><text class="figure" x="${width - 4}" y="${top + 13}" text-anchor="end">${duration}</text></g>`;
  }
}

/** Places to a tenth of a unit: more would only make the page larger. */
function fixed(value: number): string {
  return String(Math.round(value * 10) / 10);
}

/** A name with its middle left out; the whole one is in the row's title. */
function shorten(name: string, most: number): string {
  const letters = [...name];
  if (letters.length <= most) return name;
  const half = Math.floor((most - 1) / 2);
  return `${letters.slice(0, half).join("")}…${letters.slice(-half).join("")}`;
}

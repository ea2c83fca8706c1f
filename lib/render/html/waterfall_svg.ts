import type { RequestReport } from "../../report/request_report.ts";
import { formatMilliseconds, formatSeconds } from "../../units/duration.ts";
import { type WaterfallRow, waterfallRows } from "../chart/waterfall_rows.ts";
import { escapeText, type Html, html, joinRows } from "./html.ts";

const width = 1000;
const nameWidth = 250;
const figureWidth = 80;
const rowHeight = 18;
/** More rows than that nobody looks at; the tables below have what is left out. */
const mostRows = 200;
const axisHeight = 20;
const legendHeight = 18;
const legendWidth = 115;
const colours = 6;
const quarters = [0, 0.25, 0.5, 0.75, 1];
const barWidth = width - nameWidth - figureWidth - 20;

/** Draws a request's spans and gaps on its time axis, as a picture that needs no script. */
export function drawWaterfallSvg(report: RequestReport): Html {
  const { rows: all, firstSeconds, lengthSeconds } = waterfallRows(report);
  const rows = all.slice(0, mostRows);
  const height = rows.length * rowHeight + axisHeight + legendHeight;
  const services = [...new Set(report.events.map((event) => event.service))];
  const x = (seconds: number) =>
    nameWidth + (lengthSeconds > 0 ? ((seconds - firstSeconds) / lengthSeconds) * barWidth : 0);
  const cut = all.length > rows.length ? `, the first ${mostRows} of ${all.length} rows` : "";
  const label = `Waterfall of request ${report.id}, ${formatSeconds(lengthSeconds)}${cut}`;
  const bottom = rows.length * rowHeight;
  const ticks = joinRows(quarters, (at) => {
    const left = fixed(nameWidth + at * barWidth);
    return `<line x1="${left}" x2="${left}" y1="0" y2="${bottom}"/><text class="axis" x="${left}" y="${bottom + 14}">${formatSeconds(lengthSeconds * at)}</text>`;
  });
  return html`<svg class="waterfall" viewBox="0 0 ${width} ${height}" role="img" aria-label="${label}">${ticks}${joinRows(rows, drawRow)}${legend()}</svg>`;

  function drawRow(row: WaterfallRow, index: number): string {
    const top = index * rowHeight;
    const left = x(row.startSeconds);
    const right = row.durationMs === null ? left : x(row.startSeconds + row.durationMs / 1000);
    const kind = row.durationMs === null || row.durationMs < 0 ? "unknown" : row.kind;
    const duration = row.durationMs === null ? "open" : formatMilliseconds(row.durationMs);
    const shown = shorten(row.name, 38 - row.depth * 2);
    const title = shown === row.name ? "" : `<title>${escapeText(row.name)}: ${duration}</title>`;
    const mark = row.isSlowest ? ' class="slowest"' : "";
    return `<g${mark}>${title}<text x="${4 + row.depth * 12}" y="${top + 13}">${row.isSlowest ? "▶ " : ""}${escapeText(shown)}</text><rect class="${kind} ${colourOf(row.service)}" x="${fixed(Math.min(left, right))}" y="${top + 3}" width="${fixed(Math.max(1.5, Math.abs(right - left)))}" height="12"/><text class="n" x="996" y="${top + 13}">${duration}</text></g>`;
  }

  function colourOf(service: string | null): string {
    return `s${service === null ? 0 : services.indexOf(service) % colours}`;
  }

  /** Which colour is whose; of more services than colours some share one. */
  function legend(): Html {
    const top = bottom + axisHeight;
    return joinRows(services.slice(0, colours), (service, index) => {
      const left = nameWidth + index * legendWidth;
      return `<rect class="s${index}" x="${left}" y="${top + 2}" width="12" height="12"/><text x="${left + 17}" y="${top + 12}">${escapeText(shorten(service, 14))}</text>`;
    });
  }
}

/** Places to a tenth of a unit: more would only make the page larger. */
function fixed(value: number): string {
  return String(Math.round(value * 10) / 10);
}

const surrogate = /[\ud800-\udfff]/;

/** A name with its middle left out; the whole one is in the row's title. */
function shorten(name: string, most: number): string {
  // Letters are not more than that.
  if (name.length <= most) return name;
  const half = Math.floor((most - 1) / 2);
  // Without surrogates each unit is a letter.
  if (!surrogate.test(name)) return `${name.slice(0, half)}…${name.slice(-half)}`;
  const letters = [...name];
  if (letters.length <= most) return name;
  return `${letters.slice(0, half).join("")}…${letters.slice(-half).join("")}`;
}

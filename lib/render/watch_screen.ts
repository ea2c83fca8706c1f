import { escapeControls } from "../escape.ts";
import type { RequestReport } from "../report/request_report.ts";
import type { WatchedRequest, WatchReport } from "../report/watch_report.ts";
import type { Series } from "../stats/series.ts";
import { formatMilliseconds, formatSeconds } from "../units/duration.ts";
import { formatClock } from "../units/instant.ts";
import { cellsOf, clip, fit } from "./chart/cells.ts";
import type { Chart } from "./chart/glyphs.ts";
import { drawWaterfall } from "./chart/waterfall.ts";
import type { Style } from "./style.ts";
import { describeSpike } from "./watch_line.ts";
import { filterRequests, type WatchView } from "./watch_view.ts";

/** What a screen is like. */
export interface WatchScreen {
  readonly chart: Chart;
  readonly height: number;
  readonly style: Style;
  readonly utc: boolean;
  readonly nowSeconds: number;
}

/** Draws what is watched: exactly `height` lines, each exactly as wide as the chart. */
export function renderWatchScreen(
  report: WatchReport,
  view: WatchView,
  screen: WatchScreen,
): string[] {
  const { chart, height, style } = screen;
  const head = headLines(report, view, screen);
  const foot = style.dim(line(footText(view), chart));
  const room = Math.max(0, height - head.length - 1);
  const chosen = view.isOpen
    ? (view.selected ?? filterRequests(report.recent, view.filter)[0])
    : undefined;
  const body =
    chosen === undefined ? bodyLines(report, view, screen, room) : openLines(chosen, screen);
  const shown = body.slice(0, room);
  const blank = " ".repeat(chart.width);
  const filled = [...head, ...shown, ...new Array<string>(room - shown.length).fill(blank), foot];
  return filled.slice(0, height);
}

function headLines(report: WatchReport, view: WatchView, screen: WatchScreen): string[] {
  const { chart, style, nowSeconds, utc } = screen;
  const clock = formatClock(nowSeconds, nowSeconds, utc);
  const state = view.isPaused ? "PAUSED" : report.isPresent ? "following" : "waiting for the log";
  const left = `timmy-latency watch   ${report.path}`;
  const right = `${state}   ${clock}`;
  const width = chart.width - cellsOf(right) - 1;
  const title =
    width > 20
      ? `${fit(left, width, chart.glyphs.ellipsis)} ${right}`
      : fit(left, chart.width, chart.glyphs.ellipsis);
  const { total, last } = report.problems;
  const counts = `events ${report.events}   rotations ${report.rotations}   problems ${total}`;
  const problem = last === null ? "" : `   last: ${last}`;
  return [
    style.bold(title),
    line(
      `voice-to-voice  ${percentiles(report.voiceToVoice)} of the last ${report.window} requests`,
      chart,
    ),
    line(`processing      ${percentiles(report.processing)}`, chart),
    (total > 0 ? style.warn : style.dim)(line(`${counts}${problem}`, chart)),
    rule(chart),
  ];
}

function percentiles({ n, p50, p95 }: Series): string {
  return `p50 ${secondsOf(p50)}  p95 ${secondsOf(p95)}  n ${n}`;
}

function bodyLines(
  report: WatchReport,
  view: WatchView,
  screen: WatchScreen,
  room: number,
): string[] {
  const { chart } = screen;
  const now = nowLines(report, screen);
  const most = Math.max(2, Math.floor(room * 0.6));
  const picture =
    now.length > most
      ? [...now.slice(0, most - 1), line(`  ${chart.glyphs.ellipsis}`, chart)]
      : now;
  const rows = listLines(report, view, screen, Math.max(0, room - picture.length - 2));
  return [...picture, rule(chart), ...rows];
}

function nowLines(report: WatchReport, { chart, style }: WatchScreen): string[] {
  const { current } = report;
  if (current === null) {
    const what = report.isPresent ? "Nobody is speaking" : `No log yet: ${report.path}`;
    return [line(what, chart)];
  }
  const title = `NOW: ${current.id}   ${secondsOf(current.figures.totalMs)} so far   ${current.outcome}`;
  if (current.events.length < 2) return [style.bold(line(title, chart))];
  return [style.bold(line(title, chart)), ...drawWaterfall(current, chart, style)];
}

function listLines(
  report: WatchReport,
  view: WatchView,
  screen: WatchScreen,
  room: number,
): string[] {
  const { chart, style } = screen;
  const requests = filterRequests(report.recent, view.filter);
  const heading = "  Time     | Request ID | Voice  | Total  | Outcome  | Slowest";
  const selected = Math.max(0, view.selected === null ? 0 : requests.indexOf(view.selected));
  // What is chosen stays in sight.
  const from = Math.max(0, selected - room + 1);
  const rows = requests.slice(from, from + room).map((request, index) => {
    const isSelected = from + index === selected;
    const text = line(`${isSelected ? ">" : " "} ${rowText(request, screen)}`, chart);
    if (request.spike !== null) return style.fail(text);
    return isSelected ? style.bold(text) : text;
  });
  const empty =
    view.filter === "" ? "  No request has finished yet" : "  No request fits the filter";
  return [style.bold(line(heading, chart)), ...(rows.length > 0 ? rows : [line(empty, chart)])];
}

function rowText(
  { report, spike }: WatchedRequest,
  { chart, nowSeconds, utc }: WatchScreen,
): string {
  const { figures, slowest } = report;
  const cells = [
    formatClock(report.startSeconds, nowSeconds, utc).slice(-8),
    fit(report.id, 10, chart.glyphs.ellipsis),
    secondsOf(figures.voiceToVoiceMs).padStart(6),
    secondsOf(figures.totalMs).padStart(6),
    report.outcome.padEnd(8),
    spike === null ? describeSlowest(report) : describeSpike(spike),
  ];
  return slowest === null && spike === null ? cells.slice(0, 5).join(" | ") : cells.join(" | ");
}

function describeSlowest({ slowest }: RequestReport): string {
  if (slowest === null) return "";
  return `${escapeControls(slowest.name)} ${formatMilliseconds(slowest.durationMs)}`;
}

function openLines({ report, spike }: WatchedRequest, screen: WatchScreen): string[] {
  const { chart, style, nowSeconds, utc } = screen;
  const { figures } = report;
  const facts = [
    `${formatClock(report.startSeconds, nowSeconds, utc)}   ${report.outcome}`,
    `voice-to-voice ${secondsOf(figures.voiceToVoiceMs)}   processing ${secondsOf(figures.processingMs)}   playback ${secondsOf(figures.playbackMs)}   total ${secondsOf(figures.totalMs)}`,
    ...(report.session === null ? [] : [`session ${report.session}`]),
  ];
  return [
    style.bold(line(`Request ID: ${report.id}`, chart)),
    ...facts.map((fact) => line(fact, chart)),
    ...(spike === null ? [] : [style.fail(line(describeSpike(spike), chart))]),
    line("", chart),
    ...(report.events.length < 2 ? [] : drawWaterfall(report, chart, style)),
  ];
}

function footText({ isTyping, filter, isOpen, isPaused }: WatchView): string {
  if (isTyping) return `/${filter}_   enter keeps the filter, esc drops it`;
  if (isOpen) return "enter or esc: back   up, down: other requests   q: quit";
  const kept = filter === "" ? "/: filter" : `/: filter (${filter})`;
  return `up, down, enter: a request   ${kept}   p: ${isPaused ? "go on" : "pause"}   q: quit`;
}

function rule({ width, glyphs }: Chart): string {
  return glyphs.axis.along.repeat(width);
}

function line(text: string, { width, glyphs }: Chart): string {
  return clip(text, width, glyphs.ellipsis);
}

function secondsOf(milliseconds: number | null): string {
  return milliseconds === null ? "–" : formatSeconds(milliseconds / 1000);
}

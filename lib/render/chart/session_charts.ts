import type { SessionReport } from "../../report/session_report.ts";
import { formatMilliseconds, formatSeconds } from "../../units/duration.ts";
import { drawDotPlot, type PlotAxis, type Point } from "./dot_plot.ts";
import type { Chart } from "./glyphs.ts";
import { drawSparkline } from "./sparkline.ts";

/** Fewer turns than that make no picture. */
const fewestTurns = 3;

/** Draws voice-to-voice over the turns of a conversation, as one line. */
export function drawTurns(session: SessionReport, label: string, chart: Chart): string[] {
  const { voiceToVoice, turns, requests } = session;
  if (voiceToVoice.n < fewestTurns) return [];
  const room = { ...chart, width: chart.width - label.length };
  const waits = { [Symbol.iterator]: () => values() };
  return [`${label}${drawSparkline(waits, requests, room)}`.padEnd(chart.width)];

  function* values(): Generator<number | null> {
    for (const turn of turns) yield turn.voiceToVoiceMs;
  }
}

/** Draws the time of the model against the size of its prompt, a dot for each turn that has both. */
export function drawPrompts(session: SessionReport, chart: Chart): string[] {
  if (session.correlation.n < fewestTurns) return [];
  const x = emptyRange();
  const y = emptyRange();
  for (const point of promptPoints(session)) {
    widen(x, point.x);
    widen(y, point.y);
  }
  const across: PlotAxis = { ...x, format: (tokens) => `${Math.round(tokens)} tokens` };
  const up: PlotAxis = { ...y, format: formatDuration };
  return drawDotPlot({ [Symbol.iterator]: () => promptPoints(session) }, across, up, chart);
}

function* promptPoints({ turns }: SessionReport): Generator<Point> {
  for (const { promptTokens, llmMs } of turns) {
    if (promptTokens !== null && llmMs !== null) yield { x: promptTokens, y: llmMs };
  }
}

interface Range {
  min: number;
  max: number;
}

function emptyRange(): Range {
  return { min: Number.POSITIVE_INFINITY, max: Number.NEGATIVE_INFINITY };
}

function widen(range: Range, value: number): void {
  range.min = Math.min(range.min, value);
  range.max = Math.max(range.max, value);
}

function formatDuration(milliseconds: number): string {
  return milliseconds < 999.5
    ? formatMilliseconds(milliseconds)
    : formatSeconds(milliseconds / 1000);
}

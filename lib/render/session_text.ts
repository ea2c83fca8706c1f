import { escapeControls } from "../escape.ts";
import type { SessionReport, SessionsReport, TurnReport } from "../report/session_report.ts";
import type { Series } from "../stats/series.ts";
import { formatTime } from "../units/duration.ts";
import { formatClock } from "../units/instant.ts";
import type { Chart } from "./chart/glyphs.ts";
import { drawPrompts, drawTurns } from "./chart/session_charts.ts";
import type { Style } from "./style.ts";

/** How sessions are written for a person. */
export interface SessionTextOptions {
  readonly style: Style;
  readonly utc: boolean;
  /** The reader's present moment: a start on another day is written with its date. */
  readonly nowSeconds: number;
  /** Tokens that the model's context holds. */
  readonly contextTokens: number;
  /** Where pictures go; null for figures only. */
  readonly chart: Chart | null;
}

const doubleRule = "=".repeat(100);
const rule = "-".repeat(100);

/**
 * Renders conversations piece by piece, as one may be too long to be held as text: of each its turns,
 * then what they say together.
 */
export function* renderSessionsText(
  report: SessionsReport,
  options: SessionTextOptions,
): Generator<string> {
  for (const session of report.sessions) {
    yield linesOf(headerLines(session, options));
    for (const turn of session.turns) yield turnLine(turn);
    yield linesOf([
      "",
      doubleRule,
      options.style.bold("SESSION ANALYSIS:"),
      doubleRule,
      ...analysisLines(session, options),
      "",
    ]);
  }
  yield linesOf([`Total Sessions Found: ${report.count}`]);
}

function linesOf(texts: readonly string[]): string {
  return `${texts.join("\n")}\n`;
}

function headerLines(session: SessionReport, options: SessionTextOptions): string[] {
  const { style, nowSeconds, utc } = options;
  const why = session.inferred ? "   (no event names this session)" : "";
  return [
    doubleRule,
    style.bold(`SESSION: ${escapeControls(session.id)}${why}`),
    `Start Time: ${formatClock(session.startSeconds, nowSeconds, utc)}`,
    `Total Requests: ${session.requests}`,
    doubleRule,
    "",
    style.bold(row(columnTitles)),
    rule,
  ];
}

/** The ancestor's columns, then two of ours and what the cache verdict rests on. */
const columnTitles = [
  "Req#",
  "Request ID",
  "Total",
  "Ollama",
  "Prompt",
  "KV",
  "Eval",
  "Tail",
  "Voice-to-voice",
  "Prefill",
  "KV Evidence",
];
/** A negative width means flush left; the last column is as wide as what stands in it. */
const columnWidths = [4, -10, 8, 8, 8, 7, 7, -5, 14, 8, 0];
const widest = Math.max(...columnWidths.map(Math.abs));
/** So many spaces, by their number: there is a row for each turn of a log, so nothing is padded anew. */
const spaces = Array.from({ length: widest + 1 }, (_, length) => " ".repeat(length));

function row(cells: readonly string[]): string {
  let text = "";
  for (let column = 0; column < cells.length; column++) {
    const cell = cells[column] ?? "";
    const width = columnWidths[column] ?? 0;
    const padding = spaces[Math.abs(width) - cell.length] ?? "";
    if (column > 0) text += " | ";
    text += width < 0 ? cell + padding : padding + cell;
  }
  return text;
}

function turnLine(turn: TurnReport): string {
  const cells = [
    String(turn.turn),
    escapeControls(turn.id),
    time(turn.totalMs),
    time(turn.llmMs),
    turn.promptTokens === null ? "–" : `${count(turn.promptTokens)}t`,
    turn.cache,
    count(turn.evaluatedTokens),
    turn.tailMode === null ? "–" : turn.tailMode ? "Yes" : "No",
    time(turn.voiceToVoiceMs),
    time(turn.prefillMs),
    evidence(turn),
  ];
  return `${row(cells)}\n`;
}

/** The two numbers that decided a turn's cache verdict. */
function evidence({ cacheRule, cacheEvidence }: TurnReport): string {
  if (cacheEvidence === null) return "–";
  const { value, of } = cacheEvidence;
  if (cacheRule === "cached count") return `${count(value)} of ${count(of)} tokens cached`;
  if (cacheRule === "new tokens") return `${count(value)} of ${count(of)} tokens evaluated`;
  return `${value.toFixed(3)} ms/token, cold ${of.toFixed(3)}`;
}

function analysisLines(session: SessionReport, options: SessionTextOptions): string[] {
  const { prompt, correlation, trend, first, later } = session;
  const { style, chart } = options;
  const title = (text: string) => ["", style.bold(text)];
  return [
    ...title("Ollama Processing Times:"),
    `  First request:  ${time(first.llmMs)}`,
    `  Later requests: ${time(later.llm.mean)} on average (n ${later.llm.n})`,
    ...seriesLines(session.llm),
    `  Speedup factor: ${session.speedup === null ? "–" : `${session.speedup.toFixed(2)}x`}   first request / average of later ones`,
    ...title("Processing Times (total − playback):"),
    `  First request:  ${time(first.processingMs)}`,
    `  Later requests: ${time(later.processing.mean)} on average (n ${later.processing.n})`,
    ...seriesLines(session.processing),
    `  Trend:          ${signed(trend.msPerTurn, 1)} ms per turn (n ${trend.n})`,
    ...title("Voice-to-voice (opening → first audio):"),
    ...seriesLines(session.voiceToVoice),
    ...(chart === null ? [] : drawTurns(session, "  Over the turns: ", chart)),
    ...title("Prompt Sizes:"),
    `  First request:  ${count(prompt.first)} tokens (est)`,
    `  Last request:   ${count(prompt.last)} tokens (est)`,
    `  Average:        ${count(prompt.mean)} tokens (est)`,
    `  Growth:         ${signed(prompt.tokensPerTurn, 1)} tokens per turn${limitText(session, options)}`,
    `  Against Ollama: ${signed(correlation.msPer1000Tokens, 0)} ms per 1000 tokens, r ${known(correlation.r, 2)} (n ${correlation.n})`,
    ...(chart === null ? [] : drawPrompts(session, chart)),
    ...title("KV Cache Impact:"),
    ...cacheLines(session),
  ];
}

function seriesLines(series: Series): string[] {
  const { mean, min, max, p50, p90, p95, p99 } = series;
  return [
    `  Average:        ${time(mean)}   n ${series.n}`,
    `  Min:            ${time(min)}   Max: ${time(max)}`,
    `  p50 ${time(p50)}   p90 ${time(p90)}   p95 ${time(p95)}   p99 ${time(p99)}`,
  ];
}

function limitText({ prompt }: SessionReport, { contextTokens }: SessionTextOptions): string {
  if (prompt.turnAtLimit === null) return "";
  return `; reaches ${contextTokens} tokens at turn ${prompt.turnAtLimit}`;
}

function cacheLines({ cache }: SessionReport): string[] {
  const { hit, partial, miss, unknown } = cache;
  return [
    `  Verdicts:       ${hit} hit, ${partial} partial, ${miss} miss, ${unknown} unknown`,
    `  Prefill:        cold ${time(cache.coldPrefillMs)} (median of misses), warm ${time(cache.warmPrefillMs)} (median of hits)`,
    `  Saved:          ${time(cache.savedMs)} of prefill, at the log's cold rate of ${known(cache.coldRate, 3)} ms per token`,
  ];
}

/** Milliseconds below a second, else seconds; `–` where nobody can tell. */
function time(milliseconds: number | null): string {
  return milliseconds === null ? "–" : formatTime(milliseconds);
}

function count(value: number | null): string {
  return value === null ? "–" : String(Math.round(value));
}

function known(value: number | null, digits: number): string {
  return value === null ? "–" : value.toFixed(digits);
}

function signed(value: number | null, digits: number): string {
  return value !== null && value > 0 ? `+${value.toFixed(digits)}` : known(value, digits);
}

import type { PageReport } from "../../report/page_report.ts";
import type { SessionReport, TurnReport } from "../../report/session_report.ts";
import { formatClock } from "../../units/instant.ts";
import { type Html, html, jsonBlock } from "./html.ts";
import { seconds } from "./quantities.ts";

/** Turns of a conversation that are shown: the first so many. */
export const mostTurns = 500;

/** Renders the conversations: growth, cache, trend, and each turn. */
export function sessionsSection(report: PageReport, { utc }: { readonly utc: boolean }): Html {
  const { sessions, sessionCount } = report;
  const left = sessionCount - sessions.length;
  const note =
    left > 0 ? html`<p>The last ${sessions.length} of ${sessionCount} sessions.</p>` : null;
  return html`<section id="sessions"><h2>Sessions</h2>${note}${sessions.map((session, index) => renderSession(session, index, utc))}</section>`;
}

function renderSession(session: SessionReport, index: number, utc: boolean): Html {
  const { cache, prompt, trend } = session;
  const turns = firstTurns(session);
  const facts = [
    `${session.requests} turns`,
    `voice-to-voice p50 ${seconds(session.voiceToVoice.p50)}`,
    `trend ${signed(trend.msPerTurn)} ms per turn`,
    `prompt ${count(prompt.first)} → ${count(prompt.last)} tokens`,
    `cache ${cache.hit} hit, ${cache.partial} partial, ${cache.miss} miss, ${cache.unknown} unknown`,
  ];
  const data = {
    turn: turns.map(({ turn }) => turn),
    voiceToVoice: turns.map(({ voiceToVoiceMs }) => inSeconds(voiceToVoiceMs)),
    llm: turns.map(({ llmMs }) => inSeconds(llmMs)),
    prompt: turns.map(({ promptTokens }) => promptTokens),
  };
  const more = session.requests > turns.length ? ` The first ${turns.length} turns are shown.` : "";
  return html`<details class="session" id="session-${index}"><summary><span class="id">${session.id}</span> <span>${formatClock(session.startSeconds, Number.NaN, utc)}</span> <span>${facts.join(" · ")}</span></summary>
<div class="plot" role="img" aria-label="Voice-to-voice, model time and prompt tokens of each turn; the table below has the numbers"></div>
<script type="application/json" class="plot-data">${jsonBlock(data)}</script>
<p>${more}</p>
<div class="scroll"><table class="sortable"><caption>Turns of ${session.id}</caption><thead><tr>${turnTitles.map((title) => html`<th scope="col">${title}</th>`)}</tr></thead><tbody>${turns.map(turnRow)}</tbody></table></div></details>`;
}

const turnTitles = [
  "Turn",
  "Request",
  "Total",
  "Voice-to-voice",
  "llm",
  "Prompt",
  "Evaluated",
  "Cache",
];

function turnRow(turn: TurnReport): Html {
  const cell = (value: number | null, text: string) =>
    html`<td data-value="${String(value ?? "")}">${text}</td>`;
  return html`<tr><th scope="row" data-value="${turn.turn}">${turn.turn}</th><td><a href="#request-${anchor(turn.id)}">${turn.id}</a></td>${cell(turn.totalMs, seconds(turn.totalMs))}${cell(turn.voiceToVoiceMs, seconds(turn.voiceToVoiceMs))}${cell(turn.llmMs, seconds(turn.llmMs))}${cell(turn.promptTokens, count(turn.promptTokens))}${cell(turn.evaluatedTokens, count(turn.evaluatedTokens))}<td>${turn.cache}</td></tr>`;
}

function firstTurns(session: SessionReport): TurnReport[] {
  const turns: TurnReport[] = [];
  for (const turn of session.turns) {
    if (turns.length >= mostTurns) break;
    turns.push(turn);
  }
  return turns;
}

/** An id as part of an address within the page. */
export function anchor(id: string): string {
  return encodeURIComponent(id.toWellFormed());
}

function inSeconds(milliseconds: number | null): number | null {
  return milliseconds === null ? null : Math.round(milliseconds) / 1000;
}

function count(value: number | null): string {
  return value === null ? "–" : String(Math.round(value));
}

function signed(value: number | null): string {
  if (value === null) return "–";
  return `${value > 0 ? "+" : ""}${value.toFixed(1)}`;
}

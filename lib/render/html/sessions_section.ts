import type { PageReport } from "../../report/page_report.ts";
import type { SessionReport, TurnReport } from "../../report/session_report.ts";
import { escapeText, type Html, html, joinRows, jsonBlock } from "./html.ts";
import { type Clock, quantityMarkup, scrolling, seconds, titleRow } from "./quantities.ts";
import type { RequestAnchors } from "./request_anchors.ts";

/** Turns that are listed: the first so many of a conversation, and of all conversations together. */
const mostTurns = 500;
const mostTurnsOfAll = 1_000;

/** Renders the conversations: growth, cache, trend, and turns with links to the requests shown. */
export function sessionsSection(report: PageReport, anchors: RequestAnchors, clock: Clock): Html {
  const { sessions, sessionCount } = report;
  let room = mostTurnsOfAll;
  // The latest ones have their turns listed first, as these are asked for first.
  const rendered = sessions.toReversed().map((session, index) => {
    const turns = firstTurns(session, Math.min(mostTurns, room));
    room -= turns.length;
    return renderSession(session, turns, sessions.length - 1 - index, anchors, clock);
  });
  const left = sessionCount - sessions.length;
  const note =
    left > 0 ? html`<p>The last ${sessions.length} of ${sessionCount} sessions.</p>` : null;
  const none = sessions.length === 0 ? html`<p>None</p>` : null;
  return html`<section id="sessions"><h2>Sessions</h2>${note}${none}${rendered.toReversed()}</section>`;
}

function renderSession(
  session: SessionReport,
  turns: readonly TurnReport[],
  index: number,
  anchors: RequestAnchors,
  clock: Clock,
): Html {
  const { cache, prompt, trend } = session;
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
    evaluated: turns.map(({ evaluatedTokens }) => evaluatedTokens),
  };
  const isCut = session.requests > turns.length;
  const more = isCut ? html`<p>The first ${turns.length} turns are listed.</p>` : null;
  const table = html`<table class="sortable"><caption>Turns of ${session.id}</caption>${titleRow(turnTitles)}<tbody>${joinRows(turns, (turn) => turnRow(turn, anchors))}</tbody></table>`;
  return html`<details class="session" id="session-${index}"><summary><span class="id">${session.id}</span> <span>${clock(session.startSeconds)}</span> <span>${facts.join(" · ")}</span></summary>
<div class="plot" role="img" hidden aria-label="Voice-to-voice, model time and prompt tokens of each turn; the table below has the numbers"></div>
<script type="application/json" class="plot-data">${jsonBlock(data)}</script>
${more}${turns.length === 0 ? null : scrolling(`Turns of ${session.id}`, table)}</details>
`;
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

function turnRow(turn: TurnReport, anchors: RequestAnchors): string {
  const { totalMs, voiceToVoiceMs, llmMs, promptTokens, evaluatedTokens } = turn;
  const anchor = anchors.find(turn.id, turn.startSeconds);
  const shown = escapeText(turn.id);
  const id = anchor === null ? shown : `<a href="#${escapeText(anchor)}">${shown}</a>`;
  return `<tr><th scope="row" data-value="${turn.turn}">${turn.turn}</th><td class="text">${id}</td>${quantityMarkup(totalMs, seconds(totalMs))}${quantityMarkup(voiceToVoiceMs, seconds(voiceToVoiceMs))}${quantityMarkup(llmMs, seconds(llmMs))}${quantityMarkup(promptTokens, count(promptTokens))}${quantityMarkup(evaluatedTokens, count(evaluatedTokens))}<td class="text">${turn.cache}</td></tr>
`;
}

function firstTurns(session: SessionReport, most: number): TurnReport[] {
  const turns: TurnReport[] = [];
  for (const turn of session.turns) {
    if (turns.length >= most) break;
    turns.push(turn);
  }
  return turns;
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

import type { PageReport } from "../../report/page_report.ts";
import type { RequestReport } from "../../report/request_report.ts";
import { formatMilliseconds } from "../../units/duration.ts";
import { escapeText, type Html, html, joinRows } from "./html.ts";
import {
  type Clock,
  exact,
  quantityMarkup,
  scrolling,
  seconds,
  share,
  titleRow,
} from "./quantities.ts";
import type { RequestAnchors } from "./request_anchors.ts";
import { drawWaterfallSvg } from "./waterfall_svg.ts";

/** Rows that a table of one request has at most. */
const mostRows = 500;
/** Characters that the details of one request may take, and those of all together. */
const mostCharacters = 200_000;
const mostCharactersOfAll = 3_800_000;

/** Renders the requests that can be looked at one by one. */
export function requestsSection(report: PageReport, anchors: RequestAnchors, clock: Clock): Html {
  const { requests, sampled } = report;
  const rule =
    requests.length === sampled.of
      ? `All ${requests.length} requests.`
      : `${requests.length} of ${sampled.of} requests: ${sampled.rule}. All figures above are over all.`;
  let room = mostCharactersOfAll;
  const rendered = requests.map((request) => {
    const details = renderDetails(request);
    const isShown = details.markup.length <= Math.min(room, mostCharacters);
    if (isShown) room -= details.markup.length;
    return renderRequest(request, isShown ? details : tooLong, anchors.of(request), clock);
  });
  return html`<section id="requests"><h2>Requests</h2><p>${rule}</p>
<form class="filter" hidden><label for="filter">Filter by id, outcome, session or slowest step</label> <input id="filter" type="search" autocomplete="off"> <output id="filter-count" for="filter"></output></form>
${rendered}</section>`;
}

const ledgerTitles = titleRow(["Row", "Kind", "Duration", "Share"]);
const eventTitles = titleRow(["Event", "Service", "Time", "Metadata"]);
const tooLong = html`<p>Its details would make this page too large; analyze --request shows them.</p>`;

function renderRequest(request: RequestReport, details: Html, anchor: string, clock: Clock): Html {
  const { id, figures, slowest, session, outcome, startSeconds } = request;
  const { voiceToVoiceMs, totalMs } = figures;
  const words = [id, outcome, session ?? "", slowest?.name ?? ""].join(" ").toLowerCase();
  const slow = slowest && `slowest ${slowest.name} ${formatMilliseconds(slowest.durationMs)}`;
  return html`<details class="request" id="${anchor}" data-words="${words}"><summary><span class="id">${id}</span> <span data-field="start" data-value="${startSeconds}">${clock(startSeconds)}</span> <span>${outcome}</span> <span data-field="voice_to_voice" data-value="${exact(voiceToVoiceMs)}">voice-to-voice ${seconds(voiceToVoiceMs)}</span> <span data-field="total" data-value="${exact(totalMs)}">total ${seconds(totalMs)}</span> <span>${slow}</span></summary>
<p><span data-field="processing" data-value="${exact(figures.processingMs)}">Processing ${seconds(figures.processingMs)}</span><span data-field="playback" data-value="${exact(figures.playbackMs)}">, playback ${seconds(figures.playbackMs)}</span>${session === null ? null : `, session ${session}`}. <a href="#${anchor}">Link to this request</a></p>
${details}</details>
`;
}

function renderDetails(request: RequestReport): Html {
  const waterfall = request.events.length > 1 ? drawWaterfallSvg(request) : null;
  return html`${waterfall}
${ledgerTable(request)}
${eventTable(request)}`;
}

function ledgerTable({ id, ledger, figures }: RequestReport): Html | null {
  if (ledger.length === 0) return null;
  const until = figures.voiceToVoiceMs === null ? "end of the wait" : "first audio";
  const caption = `Ledger of ${id}: ${figures.opening} → ${until}, each moment counted once`;
  const table = html`<table class="ledger"><caption>${caption}${cutNote(ledger)}</caption>${ledgerTitles}<tbody>${joinRows(
    ledger.slice(0, mostRows),
    ({ name, kind, durationMs, share: part }) =>
      `<tr><th scope="row">${escapeText(name)}</th><td class="text">${kind}</td>${quantityMarkup(durationMs, formatMilliseconds(durationMs))}${quantityMarkup(part, share(part))}</tr>`,
  )}</tbody></table>`;
  return scrolling(`Ledger of ${id}`, table);
}

function eventTable({ id, events, startSeconds }: RequestReport): Html {
  const table = html`<table class="events"><caption>Events of ${id}${cutNote(events)}</caption>${eventTitles}<tbody>${joinRows(
    events.slice(0, mostRows),
    ({ name, service, atSeconds, metadata }) =>
      `<tr><th scope="row">${escapeText(name)}</th><td class="text">${escapeText(service)}</td>${quantityMarkup(atSeconds, formatMilliseconds((atSeconds - startSeconds) * 1000))}<td class="text metadata">${escapeText(metadataText(metadata))}</td></tr>`,
  )}</tbody></table>`;
  return scrolling(`Events of ${id}`, table);
}

function cutNote({ length }: readonly unknown[]): string {
  return length > mostRows ? `, the first ${mostRows} of ${length}` : "";
}

function metadataText(metadata: Readonly<Record<string, unknown>>): string {
  const text = JSON.stringify(metadata);
  return text === "{}" ? "" : text;
}

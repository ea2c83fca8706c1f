import type { PageReport } from "../../report/page_report.ts";
import type { RequestReport } from "../../report/request_report.ts";
import { formatMilliseconds } from "../../units/duration.ts";
import { formatClock } from "../../units/instant.ts";
import { type Html, html } from "./html.ts";
import { milliseconds, seconds, share } from "./quantities.ts";
import { anchor } from "./sessions_section.ts";
import { drawWaterfallSvg } from "./waterfall_svg.ts";

/** Metadata beyond so many characters is cut: the log has it whole. */
const mostMetadata = 2_000;
/** Events of one request that are listed. */
const mostEvents = 500;

/** Renders the requests that can be looked at one by one. */
export function requestsSection(report: PageReport, { utc }: { readonly utc: boolean }): Html {
  const { requests, sampled } = report;
  const all = requests.length === sampled.of;
  const rule = all
    ? `All ${requests.length} requests.`
    : `${requests.length} of ${sampled.of} requests: ${sampled.rule}. The figures above are over all.`;
  return html`<section id="requests"><h2>Requests</h2><p>${rule}</p>
<form class="filter" hidden><label for="filter">Filter by id, outcome, session or slowest step</label> <input id="filter" type="search" autocomplete="off"> <output id="filter-count" for="filter"></output></form>
${requests.map((request) => renderRequest(request, utc))}</section>`;
}

function renderRequest(request: RequestReport, utc: boolean): Html {
  const { id, figures, slowest, session, outcome } = request;
  const words = [id, outcome, session ?? "", slowest?.name ?? ""].join(" ").toLowerCase();
  return html`<details class="request" id="request-${anchor(id)}" data-words="${words}"><summary><span class="id">${id}</span> <span>${formatClock(request.startSeconds, Number.NaN, utc)}</span> <span>${outcome}</span> <span>voice-to-voice ${seconds(figures.voiceToVoiceMs)}</span> <span>total ${seconds(figures.totalMs)}</span> <span>${slowest === null ? "" : `slowest ${slowest.name} ${formatMilliseconds(slowest.durationMs)}`}</span></summary>
<p>Processing ${seconds(figures.processingMs)}, playback ${seconds(figures.playbackMs)}${session === null ? "" : `, session ${session}`}</p>
${request.events.length > 1 ? drawWaterfallSvg(request) : null}
${ledgerTable(request)}
${eventTable(request)}</details>`;
}

function ledgerTable({ id, ledger, figures }: RequestReport): Html | null {
  if (ledger.length === 0) return null;
  const until = figures.voiceToVoiceMs === null ? "end of the wait" : "first audio";
  return html`<div class="scroll"><table><caption>Ledger of ${id}: ${figures.opening} → ${until}, each moment counted once</caption><thead><tr><th scope="col">Row</th><th scope="col">Kind</th><th scope="col">Duration</th><th scope="col">Share</th></tr></thead><tbody>${ledger.map(
    (row) =>
      html`<tr><th scope="row">${row.name}</th><td class="text">${row.kind}</td><td>${milliseconds(row.durationMs)}</td><td>${share(row.share)}</td></tr>`,
  )}</tbody></table></div>`;
}

function eventTable({ id, events, startSeconds }: RequestReport): Html {
  const shown = events.slice(0, mostEvents);
  const more =
    events.length > shown.length ? `, the first ${shown.length} of ${events.length}` : "";
  return html`<div class="scroll"><table><caption>Events of ${id}${more}</caption><thead><tr><th scope="col">Event</th><th scope="col">Service</th><th scope="col">Time</th><th scope="col">Metadata</th></tr></thead><tbody>${shown.map(
    ({ name, service, atSeconds, metadata }) =>
      html`<tr><th scope="row">${name}</th><td class="text">${service}</td><td>${formatMilliseconds((atSeconds - startSeconds) * 1000)}</td><td class="text metadata">${metadataText(metadata)}</td></tr>`,
  )}</tbody></table></div>`;
}

function metadataText(metadata: Readonly<Record<string, unknown>>): string {
  const text = JSON.stringify(metadata);
  if (text === "{}") return "";
  return text.length <= mostMetadata ? text : `${text.slice(0, mostMetadata)}…`;
}

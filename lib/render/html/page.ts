import uplotStyle from "uplot/dist/uPlot.min.css" with { type: "text" };
import pageScript from "../../../dist/page_script.txt" with { type: "text" };
import type { PageReport } from "../../report/page_report.ts";
import { formatCount } from "../../units/count.ts";
import { type Calendar, formatClock } from "../../units/instant.ts";
import { formatSize } from "../../units/size.ts";
import { figuresSection } from "./figures_section.ts";
import { hintsSection } from "./hints_section.ts";
import { Html, html } from "./html.ts";
import { ledgerSection } from "./ledger_section.ts";
import pageStyle from "./page.css" with { type: "text" };
import { problemsSection } from "./problems_section.ts";
import type { Clock } from "./quantities.ts";
import { RequestAnchors } from "./request_anchors.ts";
import { requestsSection } from "./requests_section.ts";
import { sessionsSection } from "./sessions_section.ts";
import { spansSection } from "./spans_section.ts";

/** How a page is written. */
export interface PageOptions {
  readonly utc: boolean;
  /** How local time is read; absent: by `localCalendar`. */
  readonly local?: Calendar;
  /** When the page is made, Unix seconds. */
  readonly nowSeconds: number;
  readonly version: string;
  /** Whether it is served and follows the log: only then it may connect, to where it came from. */
  readonly isLive: boolean;
}

const style = `${uplotStyle}\n${pageStyle}`;

/**
 * Renders a page that needs nothing but itself: no network, no other file. What it may run is its one
 * script and its one style, by their hashes; all figures, tables and waterfalls are there without them.
 */
export function renderPage(report: PageReport, options: PageOptions): string {
  const { nowSeconds, utc, local, version, isLive } = options;
  const files = report.log.files.join(", ") || "no log";
  const clock: Clock = (seconds) => formatClock(seconds, Number.NaN, utc, local);
  const anchors = new RequestAnchors(report.requests);
  const page = html`<!doctype html>
<html lang="en" data-live="${isLive ? "yes" : "no"}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${contentPolicy(isLive)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${`Latency: ${files}`}</title>
<style>${new Html(style)}</style>
</head>
<body>
<header>
<h1>Where the time goes</h1>
<p>${files} · ${formatCount(report.log.requests, "request")}, ${formatCount(report.log.events, "event")}, ${formatSize(report.log.bytes)} · ${timeRange(report, clock, utc)} · written ${clock(nowSeconds)}</p>
<nav aria-label="Sections"><a href="#figures">Figures</a> <a href="#ledger">Where the time goes</a> <a href="#spans">Spans</a> <a href="#gaps">Gaps</a> <a href="#sessions">Sessions</a> <a href="#requests">Requests</a> <a href="#hints">Hints</a> <a href="#problems">Problems</a></nav>
</header>
<main>
${isLive ? html`<section id="now"><h2>Now</h2><p id="now-state" role="status">Following the log</p><div id="now-body"></div></section>` : null}
${figuresSection(report.summary)}
${ledgerSection(report.ledger)}
${spansSection(report.summary)}
${sessionsSection(report, anchors, clock)}
${requestsSection(report, anchors, clock)}
${hintsSection(report.hints)}
${problemsSection(report.log)}
</main>
<footer><p>timmy-latency ${version}. Figures count every request that was chosen: ${String(report.summary.figures.total.n)}.</p></footer>
<script>${new Html(pageScript)}</script>
</body>
</html>
`;
  return page.markup;
}

function timeRange({ period }: PageReport, clock: Clock, utc: boolean): string {
  if (period === null) return "no request";
  return `${clock(period.firstSeconds)} to ${clock(period.lastSeconds)}${utc ? " UTC" : ""}`;
}

/** What the browser lets the page do: its own script and style, and nothing of the network. */
function contentPolicy(isLive: boolean): string {
  const hash = (text: string) =>
    `'sha256-${new Bun.CryptoHasher("sha256").update(text).digest("base64")}'`;
  const rules = [
    "default-src 'none'",
    `script-src ${hash(pageScript)}`,
    `style-src ${hash(style)}`,
    "base-uri 'none'",
    "form-action 'none'",
    ...(isLive ? ["connect-src 'self'"] : []),
  ];
  return rules.join("; ");
}

import type { LogReport } from "../../report/log_report.ts";
import { type Html, html } from "./html.ts";
import { scrolling, titleRow } from "./quantities.ts";

/** Problems that a page lists. */
const listed = 100;

/** Renders what of the log could not be read, and which bounds were reached. */
export function problemsSection(log: LogReport): Html {
  const { problems, recovered, nulHoles, closedEarly, folded } = log;
  const counts = Object.entries(problems.kinds).filter(([, count]) => count > 0);
  const notes = [
    recovered > 0 ? `${recovered} events recovered from torn lines` : null,
    nulHoles > 0 ? `${nulHoles} holes of NUL bytes passed over` : null,
    closedEarly > 0 ? `${closedEarly} requests closed early` : null,
    folded > 0 ? `${folded} samples counted under other names` : null,
  ].filter((note) => note !== null);
  const summary =
    problems.total === 0
      ? "Every line was read."
      : `${problems.total} of ${log.lines} lines held something that is no event: ${counts.map(([kind, count]) => `${count} ${kind}`).join(", ")}.`;
  return html`<section id="problems"><h2>Problems</h2><p>${summary}</p>${notes.length === 0 ? null : html`<ul>${notes.map((note) => html`<li>${note}</li>`)}</ul>`}${problemTable(log)}</section>`;
}

function problemTable({ problems }: LogReport): Html | null {
  const shown = problems.first.slice(0, listed);
  if (shown.length === 0) return null;
  const table = html`<table><caption>The first ${shown.length} of ${problems.total}</caption>${titleRow(["Place", "Kind", "Detail", "Bytes"])}<tbody>${shown.map(
    ({ file, line, offset, kind, detail, excerpt }) =>
      html`<tr><th scope="row">${file}:${line ?? `byte ${offset}`}</th><td class="text">${kind}</td><td class="text">${detail}</td><td class="text metadata">${excerpt}</td></tr>`,
  )}</tbody></table>`;
  return scrolling("Problems", table);
}

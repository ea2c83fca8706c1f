import type { HintReport } from "../../report/hint_report.ts";
import { type Html, html } from "./html.ts";

/** Renders what is worth a look, each with its evidence and what can be done about it. */
export function hintsSection(hints: readonly HintReport[]): Html {
  const none = html`<p>Nothing stands out.</p>`;
  return html`<section id="hints"><h2>Hints</h2>${hints.length === 0 ? none : hints.map(renderHint)}</section>`;
}

function renderHint({ rule, finding, advice }: HintReport): Html {
  return html`<div class="hint" data-rule="${rule}"><p>${finding}</p><p>→ ${advice}</p></div>`;
}

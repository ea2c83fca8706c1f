import { escapeControls } from "../../escape.ts";
import type { WatchReport } from "../../report/watch_report.ts";
import { html } from "./html.ts";
import { drawWaterfallSvg } from "./waterfall_svg.ts";

/** Renders the turn that goes on: a short line for those who listen, and what it looks like by now. */
export function renderNow({ current, isPresent, problems }: WatchReport): {
  /** Plain text. */
  readonly state: string;
  /** Markup. */
  readonly body: string;
} {
  if (current === null) {
    return { state: isPresent ? "Nobody is speaking" : "No log yet", body: "" };
  }
  const last = current.events.at(-1);
  const trouble = problems.last === null ? "" : `; last problem: ${problems.last}`;
  const body = html`<p>Last event ${last?.name ?? ""} of ${last?.service ?? ""}${trouble}</p>${drawWaterfallSvg(current)}`;
  return { state: escapeControls(`Request ${current.id} is going on`), body: body.markup };
}

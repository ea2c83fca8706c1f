import {
  type ClockPairReport,
  type ClockStretchReport,
  type CorrectionReport,
  disagrees,
} from "../report/clock_report.ts";
import { formatMilliseconds } from "../units/duration.ts";
import { formatClock } from "../units/instant.ts";
import { describeOffset } from "../units/offset.ts";
import type { Style } from "./style.ts";
import { renderTable } from "./table.ts";

const rule = "-".repeat(80);

/** How instants are written, and whether clocks were corrected. */
export interface ClockTextOptions {
  readonly style: Style;
  readonly utc: boolean;
  readonly nowSeconds: number;
  readonly isCorrected: boolean;
}

/** Renders the clocks that disagree, a row for each time between two settings; empty if none do. */
export function renderClocksText(
  clocks: readonly ClockPairReport[],
  { style, utc, nowSeconds, isCorrected }: ClockTextOptions,
): string {
  const pairs = clocks.filter(({ stretches }) => stretches.some(disagrees));
  if (pairs.length === 0) return "";
  const rows = pairs.flatMap((pair) =>
    pair.stretches.map((stretch) => [
      `${describeOffset(pair, stretch)}${isCorrected && isOpen(stretch) ? " (not corrected)" : ""}`,
      String(stretch.exchanges),
      formatClock(stretch.fromSeconds, nowSeconds, utc),
      formatClock(stretch.untilSeconds, nowSeconds, utc),
    ]),
  );
  const what = isCorrected ? "rows marked ~ are corrected" : "shown as logged";
  return `${[
    style.bold(`CLOCKS that disagree (${what}):`),
    rule,
    ...renderTable(["offset", "requests", "from", "until"], rows),
  ].join("\n")}\n`;
}

/** With one bound alone there is no middle to correct by. */
function isOpen({ lowestMs, highestMs }: ClockStretchReport): boolean {
  return lowestMs === null || highestMs === null;
}

/** What a correction did, for a request's header. */
export function describeCorrection(correction: CorrectionReport): string {
  const { service, offsetMs, lowestMs, highestMs } = correction;
  const size = formatMilliseconds(Math.abs(offsetMs));
  const width = formatMilliseconds(highestMs - lowestMs);
  return `${service} was ${size} ${offsetMs < 0 ? "behind" : "ahead"}, known to ${width}`;
}

import { escapeControls, excerpt } from "../escape.ts";
import type { OutlierReport, SeparatorReport } from "../report/outlier_report.ts";
import { formatCount } from "../units/count.ts";
import { formatMilliseconds, formatSeconds } from "../units/duration.ts";
import type { Style } from "./style.ts";

const rule = "-".repeat(80);

/** Renders why a request was slow: parts of the excess, other requests, metadata. */
export function renderOutlierText(outlier: OutlierReport, style: Style): string {
  const { excessMs, medianMs, n, parts } = outlier;
  const median = `the median of ${formatCount(n, "request")}, ${formatSeconds(medianMs / 1000)}`;
  const isSlow = excessMs > 0;
  const size = isSlow ? `${formatSeconds(excessMs / 1000)} over` : "no slower than";
  const lines = parts.map(({ name, durationMs, medianMs: usual, share }) => {
    const part = `${formatMilliseconds(durationMs).padStart(8)} | ${percent(share).padStart(6)}`;
    return `${part} | ${escapeControls(name)} (median ${formatMilliseconds(usual)})`;
  });
  return `${[
    style.bold(`WHY SLOW (processing ${size} ${median}):`),
    rule,
    ...(isSlow ? lines : []),
    `  Meanwhile: ${describeOverlaps(outlier)}`,
    ...separatorLines(outlier.separators),
    "",
  ].join("\n")}\n`;
}

function describeOverlaps({ overlapping, overlaps }: OutlierReport): string {
  if (overlapping === 0) return "no other request";
  const named = overlaps.map(
    ({ id, durationMs }) => `${escapeControls(id)} for ${formatMilliseconds(durationMs)}`,
  );
  const more = overlapping - overlaps.length;
  return `request ${named.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

function separatorLines(separators: OutlierReport["separators"]): string[] {
  if (separators === null) return ["  Metadata: not enough data"];
  if (separators.length === 0) return ["  Metadata: nothing that sets it apart"];
  return separators.map((separator) => `  Metadata: ${describeSeparator(separator)}`);
}

function describeSeparator(separator: SeparatorReport): string {
  const { event, key, value, measure, slow, rest, slowRequests, restRequests, p } = separator;
  const show = measure === "share" ? percent : (number: number) => String(round(number));
  const of = measure === "share" ? "share" : "median";
  const shown = typeof value === "string" ? `"${excerpt(value, 40)}"` : String(value);
  const chance = p < 0.001 ? "p < 0.001" : `p ${p.toFixed(3)}`;
  return (
    `${escapeControls(`${event} ${key}`)} ${shown} (${of} ${show(slow)} of the ${slowRequests} slow, ` +
    `${show(rest)} of the other ${restRequests}, ${chance})`
  );
}

function percent(fraction: number): string {
  return `${(fraction * 100).toFixed(1)}%`;
}

/** Four digits are enough to compare. */
function round(number: number): number {
  return Number(number.toPrecision(4));
}

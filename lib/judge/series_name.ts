import type { SeriesFamily } from "../report/check_report.ts";

/**
 * A name as expressions match it: lower case, every run of other characters than letters and digits
 * as `_`. So `hand-off stt→v34` is `hand_off_stt_v34`, and `->` is as good as `→`.
 */
export function normalizeName(name: string): string {
  return name.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "_");
}

/** How a budget names a series: `voice_to_voice`, `hand_off_stt_v34`, `gap(a→b)`, `step(a→b)`. */
export function expressionName(family: SeriesFamily, name: string): string {
  if (family === "gap" || family === "step") {
    return `${family}(${name.split(arrow).map(normalizeName).join("→")})`;
  }
  const normalized = normalizeName(name);
  const isTaken = family === "span" && reservedNames.includes(normalized);
  return isTaken ? `span(${normalized})` : normalized;
}

/** The two events of `a → b` as the log names them. */
export const arrow = " → ";

/** Names that are not a span's, unless it is written as `span(NAME)`. */
export const reservedNames: readonly string[] = [
  "total",
  "playback",
  "processing",
  "voice_to_voice",
];

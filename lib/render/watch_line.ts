import { escapeControls } from "../escape.ts";
import type { Spike, WatchedRequest } from "../report/watch_report.ts";
import { formatMilliseconds, formatSeconds } from "../units/duration.ts";
import { formatClock } from "../units/instant.ts";

/** Renders a finished request as one line, for where there is no screen. */
export function renderWatchLine(
  { report, spike }: WatchedRequest,
  { utc, nowSeconds }: { readonly utc: boolean; readonly nowSeconds: number },
): string {
  const { figures, slowest } = report;
  const cells = [
    formatClock(report.startSeconds, nowSeconds, utc),
    escapeControls(report.id),
    report.outcome.padEnd(8),
    `voice-to-voice ${secondsOf(figures.voiceToVoiceMs)}`,
    `total ${secondsOf(figures.totalMs)}`,
    slowest === null
      ? ""
      : `slowest ${escapeControls(slowest.name)} ${formatMilliseconds(slowest.durationMs)}`,
    spike === null ? "" : describeSpike(spike),
  ];
  return `${cells.filter((cell) => cell !== "").join("  ")}\n`;
}

/** Says what stood out, by how much, and where. */
export function describeSpike({ voiceToVoiceMs, usualMs, span }: Spike): string {
  const over = `${secondsOf(voiceToVoiceMs - usualMs)} over the usual ${secondsOf(usualMs)}`;
  if (span === null) return `spike: ${over}`;
  return `spike: ${escapeControls(span.name)} +${formatMilliseconds(span.excessMs)}, ${over}`;
}

function secondsOf(milliseconds: number | null): string {
  return milliseconds === null ? "–" : formatSeconds(milliseconds / 1000);
}

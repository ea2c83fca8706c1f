import type { RequestAnalysis } from "./describe.ts";
import { buildLedger } from "./ledger.ts";
import { traceStart } from "./request_trace.ts";
import { type CompleteSpan, isComplete } from "./spans.ts";

/**
 * What a request's processing is made of, in seconds: every moment from its first to its last event that
 * nothing is played in belongs to one span, or to the two events around it. Adds up to the processing.
 */
export function processingParts({ trace, spans }: RequestAnalysis): Map<string, number> {
  const window = { openingSeconds: traceStart(trace), firstAudioSeconds: null };
  const playbacks = spans.filter(isComplete).filter(({ kind }) => kind === "playback");
  const quiet = withoutOverlaps(playbacks);
  const parts = new Map<string, number>();
  for (const { name, startSeconds, endSeconds } of buildLedger(trace.events, spans, window)) {
    let seconds = endSeconds - startSeconds;
    for (const [from, until] of quiet) {
      seconds -= Math.max(0, Math.min(until, endSeconds) - Math.max(from, startSeconds));
    }
    if (seconds > 0) parts.set(name, (parts.get(name) ?? 0) + seconds);
  }
  return parts;
}

/** The union of some spans, as stretches that do not meet. */
function withoutOverlaps(spans: readonly CompleteSpan[]): [from: number, until: number][] {
  const stretches: [number, number][] = [];
  for (const span of [...spans].sort((a, b) => a.startSeconds - b.startSeconds)) {
    const last = stretches.at(-1);
    if (last === undefined || span.startSeconds > last[1]) {
      stretches.push([span.startSeconds, span.endSeconds]);
    } else last[1] = Math.max(last[1], span.endSeconds);
  }
  return stretches;
}

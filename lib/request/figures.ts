import { Events } from "../event/names.ts";
import { endpointing } from "../event/span_catalogue.ts";
import type { TimingEvent } from "../event/timing_event.ts";
import type { NamedEvent } from "./known_places.ts";
import type { SpanPair } from "./span_pairs.ts";
import { isComplete, type Span } from "./spans.ts";

/** How a request came out. */
export type Outcome = "answered" | "speaking" | "silent" | "partial";

/** The outcomes, in the order in which the report counts them. */
export const outcomes: readonly Outcome[] = ["answered", "speaking", "silent", "partial"];

/** The service that the first event of a whole request is of. */
export const firstService = "stt";

/** The figures of one request; durations in seconds, instants in Unix seconds. */
export interface Figures {
  /** First event to last event. */
  readonly totalSeconds: number;
  /** Length of the union of the playback spans. */
  readonly playbackSeconds: number;
  /** Total without playback. */
  readonly processingSeconds: number;
  /** Opening to first audio: what the listener waits. Null without audio, and for a partial request. */
  readonly voiceToVoiceSeconds: number | null;
  readonly openingSeconds: number;
  /** The first playback start at or after the opening. */
  readonly firstAudioSeconds: number | null;
  readonly outcome: Outcome;
}

/** Computes a request's figures from its events, ordered by time, and its spans. */
export function computeFigures(events: readonly TimingEvent[], spans: readonly Span[]): Figures {
  const first = events[0]?.timestampSeconds ?? Number.NaN;
  const totalSeconds = (events.at(-1)?.timestampSeconds ?? Number.NaN) - first;
  const playbackSeconds = unionSeconds(spans.filter((span) => span.kind === "playback"));
  const openingSeconds = findOpening(events, spans) ?? first;
  const firstAudioSeconds =
    events.find(
      (event) =>
        event.name === Events.TTS_AUDIO_PLAYBACK_START && event.timestampSeconds >= openingSeconds,
    )?.timestampSeconds ?? null;
  const outcome = judgeOutcome(events, spans);
  const isHeard = firstAudioSeconds !== null && outcome !== "partial";
  return {
    totalSeconds,
    playbackSeconds,
    processingSeconds: totalSeconds - playbackSeconds,
    voiceToVoiceSeconds: isHeard ? firstAudioSeconds - openingSeconds : null,
    openingSeconds,
    firstAudioSeconds,
    outcome,
  };
}

/** Start of the last endpointing span that is not after the first finalized transcript. */
function findOpening(events: readonly TimingEvent[], spans: readonly Span[]): number | null {
  const finalized = events.find((event) => event.name === Events.STT_TRANSCRIPT_FINALIZED);
  const limit = finalized?.timestampSeconds ?? Number.POSITIVE_INFINITY;
  const candidates = spans
    .filter(isComplete)
    .filter((span) => span.name === endpointing.name && span.kind === endpointing.kind)
    .filter((span) => span.endSeconds <= limit)
    .sort((a, b) => a.endSeconds - b.endSeconds);
  return candidates.at(-1)?.startSeconds ?? null;
}

/** How a request came out, by the names of its events, in order, and what these have to do with each other. */
export function judgeOutcome(events: readonly NamedEvent[], pairs: readonly SpanPair[]): Outcome {
  if (events[0]?.service !== firstService) return "partial";
  if (!events.some((event) => event.name === Events.TTS_AUDIO_PLAYBACK_START)) return "silent";
  const isOpen = pairs.some(({ kind, endEvent }) => kind === "playback" && endEvent === null);
  return isOpen ? "speaking" : "answered";
}

/** Length of the union of spans: time that overlaps counts once. */
function unionSeconds(spans: readonly Span[]): number {
  const ordered = spans.filter(isComplete).sort((a, b) => a.startSeconds - b.startSeconds);
  let total = 0;
  let reached = Number.NEGATIVE_INFINITY;
  for (const span of ordered) {
    const from = Math.max(span.startSeconds, reached);
    total += Math.max(0, span.endSeconds - from);
    reached = Math.max(reached, span.endSeconds);
  }
  return total;
}

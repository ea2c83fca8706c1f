import { encodeEvent } from "../../lib/event/encode.ts";
import { Events } from "../../lib/event/names.ts";
import type { JsonValue, Metadata, TimingEvent } from "../../lib/event/timing_event.ts";

/** What differs from turn to turn; everything else of a turn is always the same. */
export interface TurnShape {
  readonly id: string;
  /** Seconds after the beginning of the log. */
  readonly at: number;
  /** Value of `session_id`; undefined for an event without that key. */
  readonly session?: JsonValue;
  /** The event that carries it; usually `v34_webhook_received`. */
  readonly sessionOn?: string;
  readonly estimate?: JsonValue;
  readonly count?: JsonValue;
  readonly cached?: JsonValue;
  readonly prefillMs?: JsonValue;
  readonly hasKvCache?: JsonValue;
  readonly tailMode?: JsonValue;
  readonly llmMs?: number;
  /** The beginning of its call is missing. */
  readonly isCut?: boolean;
}

/** Unix seconds at which the logs of these tests begin. */
export const logStart = 1_764_253_805;

/** The events of one turn: 1 second of llm and 3 seconds in all, unless its shape says otherwise. */
export function turnEvents(shape: TurnShape): TimingEvent[] {
  const llmSeconds = (shape.llmMs ?? 1000) / 1000;
  const plan: readonly (readonly [string, string, number, Metadata])[] = [
    ["stt", Events.STT_TRANSCRIPT_FINALIZED, 0, {}],
    ["v34", Events.V34_WEBHOOK_RECEIVED, 0.1, {}],
    [
      "v34",
      Events.V34_PROMPT_BUILT,
      0.2,
      given({ prompt_tokens_est: shape.estimate, tail_mode: shape.tailMode }),
    ],
    ["v34", Events.V34_OLLAMA_SENT, 0.25, given({ has_kv_cache: shape.hasKvCache })],
    [
      "v34",
      Events.V34_OLLAMA_RECEIVED,
      0.25 + llmSeconds,
      given({
        prompt_eval_count: shape.count,
        prompt_eval_cached_count: shape.cached,
        prompt_eval_duration_ms: shape.prefillMs,
      }),
    ],
    ["tts", Events.TTS_AUDIO_PLAYBACK_START, 0.5 + llmSeconds, {}],
    ["tts", Events.TTS_AUDIO_PLAYBACK_COMPLETE, 2 + llmSeconds, {}],
  ];
  const sessionOn = shape.sessionOn ?? Events.V34_WEBHOOK_RECEIVED;
  const met = plan.filter(([, name]) => !shape.isCut || name !== Events.V34_OLLAMA_SENT);
  return met.map(([service, name, offset, metadata]) => ({
    timestampSeconds: logStart + shape.at + offset,
    requestId: shape.id,
    service,
    name,
    metadata:
      name === sessionOn ? { ...metadata, ...given({ session_id: shape.session }) } : metadata,
  }));
}

/** A log of such turns, its lines in the order of time. */
export function conversationLog(shapes: readonly TurnShape[]): string {
  const events = shapes.flatMap(turnEvents);
  return events
    .sort((a, b) => a.timestampSeconds - b.timestampSeconds)
    .map((event) => encodeEvent(event))
    .join("");
}

/** Without the keys whose value is undefined. */
function given(values: Readonly<Record<string, JsonValue | undefined>>): Metadata {
  return Object.fromEntries(
    Object.entries(values).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  );
}

import { Events } from "../event/names.ts";
import type { Metadata, TimingEvent } from "../event/timing_event.ts";
import { aside, type Converted, type Converter, unusable } from "./converter.ts";
import { Fields, isObject, known, parseRecord } from "./fields.ts";

/** Turns whose playback is remembered; of an older one further segments count by themselves. */
const maxTurns = 1_000;

/**
 * LiveKit Agents: one metrics record a line, as `model_dump_json()` writes it, or the event
 * `metrics_collected` that holds it. Records of one `speech_id` are one request. Durations are seconds;
 * the camel-case records of the JavaScript SDK, in milliseconds, are read as well.
 *
 * Format: github.com/livekit/agents, livekit-agents/livekit/agents/metrics/base.py, and
 * docs.livekit.io/reference/agents-js (agents.metrics). A record is stamped when its work is done, so work
 * begins `duration` before it. Playback begins with the first byte, which is the earliest it can, and
 * lasts as long as the audio.
 */
export class LiveKitConverter implements Converter {
  /** When the audio of a turn has been played to its end, by turn. */
  readonly #playedUntil = new Map<string, number>();

  take(line: string): Converted {
    if (line.trim() === "") return aside;
    const parsed = parseRecord(line);
    if (!(parsed instanceof Fields)) return { events: [], faults: [parsed] };
    const fields = isObject(parsed.value("metrics")) ? parsed.object("metrics") : parsed;
    const type = fields.text("type");
    // Statistics of the voice detector, and of recognition by itself: neither says of which turn.
    if (type === "vad_metrics" || type === "stt_metrics") return aside;
    const convert = type === null ? undefined : converters.get(type);
    if (convert === undefined) return unusable("type", "a metrics record of a turn");
    const timestamp = fields.instant("timestamp");
    if (timestamp === null) return unusable("timestamp", "a moment in Unix seconds");
    const turn = fields.text("speech_id");
    if (turn === null) return unusable("speech_id", "the id of a turn");
    const events = convert(fields, timestamp, this.#playedUntil.get(turn) ?? 0);
    const played = events.findLast((event) => event.name === Events.TTS_AUDIO_PLAYBACK_COMPLETE);
    if (played !== undefined) this.#remember(turn, played.timestampSeconds);
    return { events: events.map((event) => ({ ...event, requestId: turn })), faults: [] };
  }

  end(): Converted {
    return { events: [], faults: [] };
  }

  #remember(turn: string, seconds: number): void {
    this.#playedUntil.delete(turn);
    this.#playedUntil.set(turn, seconds);
    const [oldest] = this.#playedUntil.keys();
    if (oldest !== undefined && this.#playedUntil.size > maxTurns) this.#playedUntil.delete(oldest);
  }
}

type TurnEvent = Omit<TimingEvent, "requestId">;
type Convert = (fields: Fields, timestamp: number, playedUntil: number) => TurnEvent[];

const converters: ReadonlyMap<string, Convert> = new Map([
  ["eou_metrics", endOfUtterance],
  ["llm_metrics", reply],
  ["realtime_model_metrics", reply],
  ["tts_metrics", speech],
]);

/** End of speech → transcript, and → the decision that the turn is over; then the agent's callback. */
function endOfUtterance(fields: Fields, timestamp: number): TurnEvent[] {
  const callback = fields.seconds("on_user_turn_completed_delay") ?? 0;
  const delay = fields.seconds("end_of_utterance_delay") ?? 0;
  const transcription = fields.seconds("transcription_delay") ?? 0;
  const decided = timestamp - callback;
  // The same difference as that of the endpointing span, so that no sliver of time lies between.
  const spoken = decided - delay;
  return [
    at(spoken, "stt", "stt_speech_ended"),
    ...(transcription > 0 ? pair(spoken, transcription, "stt", "stt_transcription") : []),
    at(decided, "stt", Events.STT_PAUSE_DETECTED, { pause_threshold: delay }),
    ...(callback > 0 ? pair(decided, callback, "agent", "agent_callback") : []),
  ];
}

function reply(fields: Fields, timestamp: number): TurnEvent[] {
  const sent = timestamp - (fields.seconds("duration") ?? 0);
  const first = fields.seconds("ttft") ?? 0;
  const model = fields.object("metadata").text("model_name") ?? fields.text("label");
  const prompt = fields.number("prompt_tokens") ?? fields.number("input_tokens");
  return [
    at(sent, "llm", Events.V34_PROMPT_BUILT, known({ prompt_tokens_est: prompt })),
    at(sent, "llm", Events.V34_OLLAMA_SENT, known({ model })),
    ...(first > 0 ? pair(sent, first, "llm", "llm_first_token") : []),
    at(
      timestamp,
      "llm",
      Events.V34_OLLAMA_RECEIVED,
      known({
        prompt_eval_count: prompt,
        prompt_eval_cached_count: fields.number("prompt_cached_tokens"),
        eval_count: fields.number("completion_tokens") ?? fields.number("output_tokens"),
        cancelled: fields.value("cancelled") === true ? true : null,
      }),
    ),
  ];
}

function speech(fields: Fields, timestamp: number, playedUntil: number): TurnEvent[] {
  const start = timestamp - (fields.seconds("duration") ?? 0);
  const first = fields.seconds("ttfb") ?? 0;
  const isCancelled = fields.value("cancelled") === true;
  const metadata = known({
    characters: fields.number("characters_count"),
    cancelled: isCancelled ? true : null,
  });
  const synthesis = at(start, "tts", Events.TTS_SYNTHESIS_START, metadata);
  if (first === 0) return [synthesis];
  const heard = Math.max(start + first, playedUntil);
  const playback = at(heard, "tts", Events.TTS_AUDIO_PLAYBACK_START);
  // A further segment is made while the one before is heard: its wait for that is no synthesis.
  const isFurther = playedUntil > 0;
  const making = isFurther ? pair(start, first, "tts", "tts_next_segment") : [synthesis];
  const length = fields.seconds("audio_duration") ?? 0;
  if (isCancelled || length === 0) return [...making, playback];
  return [...making, playback, at(heard + length, "tts", Events.TTS_AUDIO_PLAYBACK_COMPLETE)];
}

function at(
  timestampSeconds: number,
  service: string,
  name: string,
  metadata: Metadata = {},
): TurnEvent {
  return { timestampSeconds, service, name, metadata };
}

/** Both ends of a span of our own. */
function pair(start: number, seconds: number, service: string, name: string): TurnEvent[] {
  return [at(start, service, `${name}_start`), at(start + seconds, service, `${name}_complete`)];
}

import { Events } from "../event/names.ts";
import type { Metadata, TimingEvent } from "../event/timing_event.ts";
import { derivedId } from "./derived_id.ts";
import { known } from "./fields.ts";

/** What a line of Pipecat's log measures, or says of who speaks. */
export type What =
  | "first byte"
  | "processing"
  | "aggregation"
  | "usage"
  | "turn detection"
  | "latency"
  | "user started"
  | "user stopped"
  | "bot started"
  | "bot stopped";

/** A line of Pipecat's log. */
export interface Measurement {
  readonly what: What;
  /** The service that reports, as `GroqLLMService#0`. */
  readonly processor: string;
  /** When it was logged, Unix seconds. */
  readonly seconds: number;
  /** How long it took, seconds; null where nothing is measured. */
  readonly value: number | null;
  readonly metadata: Metadata;
}

type Stage = "stt" | "llm" | "tts" | "other";

/** Silence after which a reply that was spoken is over, where nothing else says so. */
const quietSeconds = 10;

function stageOf({ processor, what }: Measurement): Stage {
  if (what === "turn detection") return "stt";
  const [name = ""] = /STT|LLM|TTS/.exec(processor) ?? [];
  return name === "" ? "other" : (name.toLowerCase() as Stage);
}

/** Whether a measurement is the first of a new turn, after those of `turn`. */
export function opensTurn(next: Measurement, turn: readonly Measurement[]): boolean {
  const last = turn.at(-1);
  if (last === undefined || next.what === "bot stopped") return false;
  if (next.what === "user started") return true;
  const wasHeard = turn.some(({ what }) => what === "latency" || what === "bot started");
  const wasAnswered = wasHeard || turn.some((one) => ["llm", "tts"].includes(stageOf(one)));
  if (next.what === "user stopped") return wasAnswered;
  if (stageOf(next) === "stt") return wasAnswered;
  const isQuiet = next.seconds - (next.value ?? 0) - last.seconds > quietSeconds;
  return isQuiet && turn.some((one) => stageOf(one) === "tts");
}

/** The events of one turn. */
export function convertTurn(turn: readonly Measurement[]): TimingEvent[] {
  if (turn.every(({ what }) => what === "user started" || what === "usage")) return [];
  const events = [...opening(turn), ...work(turn), ...sound(turn)].sort(
    (a, b) => a.timestampSeconds - b.timestampSeconds,
  );
  const requestId = derivedId(`${turn[0]?.seconds} ${turn[0]?.processor}`);
  return events.map((event) => ({ ...event, requestId }));
}

type TurnEvent = Omit<TimingEvent, "requestId">;

/** From the end of speech, which the latency tells, to the moment at which it was noticed. */
function opening(turn: readonly Measurement[]): TurnEvent[] {
  const stopped = turn.findLast(({ what }) => what === "user stopped");
  const heard = turn.find(({ what }) => what === "latency");
  const spoken = heard === undefined ? undefined : heard.seconds - (heard.value ?? 0);
  if (stopped === undefined) {
    return spoken === undefined ? [] : [at(spoken, "stt", "stt_speech_ended")];
  }
  // In whole microseconds, as people would write it.
  const waited = Math.max(0, stopped.seconds - (spoken ?? stopped.seconds));
  const threshold = Math.round(waited * 1e6) / 1e6;
  return [
    at(stopped.seconds - threshold, "stt", "stt_speech_ended"),
    at(stopped.seconds, "stt", Events.STT_PAUSE_DETECTED, { pause_threshold: threshold }),
  ];
}

function work(turn: readonly Measurement[]): TurnEvent[] {
  const usage = turn.find(({ what }) => what === "usage")?.metadata ?? {};
  const [prompt = null, completion = null, cached = null] = ["prompt", "completion", "cached"].map(
    (name) => usage[name],
  );
  let voices = 0;
  return turn.flatMap((one) => {
    const stage = stageOf(one);
    if (one.what === "turn detection") return pair(one, "stt", "stt_turn_detection");
    if (one.what === "aggregation") return pair(one, "tts", "tts_text_aggregation");
    if (one.what === "processing" && stage === "llm") {
      const sent = one.seconds - (one.value ?? 0);
      return [
        at(sent, "llm", Events.V34_PROMPT_BUILT, known({ prompt_tokens_est: prompt })),
        at(sent, "llm", Events.V34_OLLAMA_SENT, { processor: one.processor }),
        at(
          one.seconds,
          "llm",
          Events.V34_OLLAMA_RECEIVED,
          known({
            prompt_eval_count: prompt,
            prompt_eval_cached_count: cached,
            eval_count: completion,
          }),
        ),
      ];
    }
    if (one.what !== "first byte") return [];
    if (stage === "stt") return pair(one, "stt", "stt_transcription");
    if (stage === "llm") return pair(one, "llm", "llm_first_token");
    if (stage === "other") return pair(one, "pipecat", one.processor.replace(/\W/g, "_"));
    if (voices++ > 0) return pair(one, "tts", "tts_next_segment");
    return [at(one.seconds - (one.value ?? 0), "tts", Events.TTS_SYNTHESIS_START)];
  });
}

/** First audio is when the bot is said to speak, else the first byte of its voice. */
function sound(turn: readonly Measurement[]): TurnEvent[] {
  const heard =
    turn.find(({ what }) => what === "latency") ??
    turn.find(({ what }) => what === "bot started") ??
    turn.find((one) => one.what === "first byte" && stageOf(one) === "tts");
  if (heard === undefined) return [];
  const ended = turn.findLast(({ what }) => what === "bot stopped");
  return [
    at(heard.seconds, "tts", Events.TTS_AUDIO_PLAYBACK_START),
    ...(ended === undefined ? [] : [at(ended.seconds, "tts", Events.TTS_AUDIO_PLAYBACK_COMPLETE)]),
  ];
}

function at(
  timestampSeconds: number,
  service: string,
  name: string,
  metadata: Metadata = {},
): TurnEvent {
  return { timestampSeconds, service, name, metadata };
}

/** Both ends of a span that took as long as was measured and ended when it was logged. */
function pair({ seconds, value }: Measurement, service: string, name: string): TurnEvent[] {
  return [
    at(seconds - (value ?? 0), service, `${name}_start`),
    at(seconds, service, `${name}_complete`),
  ];
}

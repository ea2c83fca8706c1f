import { writeFileSync } from "node:fs";
import { encodeEvent } from "../../lib/event/encode.ts";
import type { Metadata, TimingEvent } from "../../lib/event/timing_event.ts";
import { eventAt, seededRandom } from "./events.ts";

/** What a turn is made of, in milliseconds. */
export interface TurnParts {
  hop: number;
  classification: number;
  /** Between classification and retrieval; nobody's time. */
  gap: number;
  retrieval: number;
  llm: number;
  micPause: number;
  synthesis: number;
  pauseThresholdSeconds: number;
  promptTokens: number;
  prefill: number;
  load: number;
  /** Since the turn before it began. */
  sinceLast: number;
  /** How long it is silent before the pause is detected; null where no event says so. */
  silence: number | null;
  /** `endpoint_ms` of the pause; null where it has none. */
  endpoint: number | null;
}

/** Events of turns in which no hint finds anything, but for what `change` does to the turn of an index. */
export function turnsOf(
  count: number,
  change: (parts: TurnParts, index: number) => void,
): TimingEvent[] {
  const random = seededRandom(4_711);
  const between = (low: number, high: number) => low + random() * (high - low);
  let at = 0;
  return Array.from({ length: count }, (_, index) => {
    const parts: TurnParts = {
      hop: between(5, 30),
      classification: between(30, 90),
      gap: between(1, 20),
      retrieval: between(40, 120),
      llm: between(600, 1_500),
      micPause: between(20, 90),
      synthesis: between(200, 450),
      pauseThresholdSeconds: 0.5,
      promptTokens: Math.round(between(500, 4_000)),
      prefill: between(50, 250),
      load: between(10, 40),
      sinceLast: between(8_000, 20_000),
      silence: null,
      endpoint: null,
    };
    change(parts, index);
    at += parts.sinceLast;
    return turnEvents(`turn${index}`, at, parts);
  }).flat();
}

/** Writes events to a log. */
export function writeEvents(path: string, events: readonly TimingEvent[]): void {
  writeFileSync(path, events.map((event) => encodeEvent(event)).join(""));
}

function turnEvents(id: string, startMs: number, parts: TurnParts): TimingEvent[] {
  const events: TimingEvent[] = [];
  let at = startMs;
  const add = (afterMs: number, name: string, metadata: Metadata = {}) => {
    at += afterMs;
    events.push(eventAt(at, name, { id, metadata }));
  };
  if (parts.silence !== null) add(0, "stt_speech_ended");
  add(parts.silence ?? 0, "stt_pause_detected", {
    pause_threshold: parts.pauseThresholdSeconds,
    ...(parts.endpoint === null ? {} : { endpoint_ms: parts.endpoint }),
  });
  add(2, "stt_transcript_finalized");
  add(3, "stt_http_request_start");
  add(parts.hop, "v34_flask_handler_entry");
  add(1, "v34_classification_start");
  add(parts.classification, "v34_classification_complete");
  add(parts.gap, "v34_retrieval_start");
  add(parts.retrieval, "v34_retrieval_complete");
  add(3, "v34_prompt_built", { prompt_tokens_est: parts.promptTokens });
  add(1, "v34_ollama_sent");
  add(parts.load + parts.prefill + parts.llm, "v34_ollama_received", {
    load_duration_ms: parts.load,
    prompt_eval_duration_ms: parts.prefill,
  });
  add(1, "v34_sending_to_tts");
  add(9, "tts_request_received");
  add(2, "tts_pause_sent");
  add(parts.micPause, "tts_synthesis_start");
  add(parts.synthesis, "tts_audio_playback_start");
  add(3_000, "tts_audio_playback_complete");
  return events;
}

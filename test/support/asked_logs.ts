import { encodeEvent } from "../../lib/event/encode.ts";
import type { Metadata, TimingEvent } from "../../lib/event/timing_event.ts";
import { startSeconds } from "./events.ts";
import { wildTurns } from "./wild_turns.ts";

/** Odd requests, some of one id. Finer times than the table's would come in another order. */
export function wildEvents(seed: number, count: number): TimingEvent[] {
  return wildTurns(seed, count).map((event) => ({
    ...event,
    timestampSeconds: Math.round(event.timestampSeconds * 1e6) / 1e6,
    requestId: event.requestId.endsWith("7") ? "again" : event.requestId,
  }));
}

/** The same as a log. */
export function wildLines(seed: number, count: number): string {
  return wildEvents(seed, count)
    .map((event) => encodeEvent(event))
    .join("");
}

/** Short requests, one after the other; in half of them two events come at once, and leave no gap. */
export function manyLines(count: number): string {
  return Array.from({ length: count }, (_, index) => {
    const at = (name: string, ms: number, metadata = {}) =>
      encodeEvent({
        timestampSeconds: startSeconds + index * 12 + ms / 1000,
        requestId: `r${index}`,
        service: name.slice(0, 3),
        name,
        metadata,
      });
    const wait = (index * 7_919) % 10_007;
    return [
      at("stt_pause_detected", 0, { pause_threshold: 0.5 + (index % 9) / 10 }),
      at("v34_ollama_sent", (index % 2) * (1 + (index % 97) / 10)),
      at("v34_ollama_received", 100 + wait, { load_duration_ms: 3.5, eval_duration_ms: wait / 7 }),
    ].join("");
  }).join("");
}

/** What looks like `"key":` with a number behind it, and is something else, or is written unusually. */
function tricksOf(key: string): Metadata[] {
  return [
    { [key]: 0.5 },
    { before: { [key]: 0.9 }, [key]: 0.5 },
    { [key]: 0.5, after: [{ [key]: 0.9 }] },
    { after: { [key]: 0.9 } },
    { note: `"${key}":0.9,`, [key]: 0.5 },
    { [`x"${key}`]: 0.9 },
    { [`${key}\\`]: 0.9, [key]: 0.25 },
    { [key]: "0.5" },
    { [key]: null },
    { [key]: true },
    { [key]: [0.5, 0.9] },
    { [key]: -0.5 },
    { [key]: 0 },
    { [key]: 5e-7 },
    { [key]: 1.5e300 },
    { [key]: 123_456_789_012_345 },
    { [key]: 0.123_456_789_012_345 },
    { note: "} , {", [key]: 0.5 },
    { list: [1, [2]], [key]: 0.5 },
    {},
  ];
}

/** Requests with every trick under one key or another, and requests with playbacks that overlap. */
export function trickyLines(): string {
  const keys = ["pause_threshold", "eval_duration_ms"];
  const tricks = keys.map(tricksOf);
  const requests = Array.from({ length: 28 }, (_, index) => {
    const [pause = {}, received = {}] = tricks.map(
      (all, at) => all[(index * (at + 1)) % all.length],
    );
    const at = (name: string, seconds: number, metadata: Metadata = {}) =>
      encodeEvent({
        timestampSeconds: startSeconds + index * 40 + seconds,
        requestId: `r${index}`,
        service: name.slice(0, 3),
        name,
        metadata,
      });
    return [
      at("stt_speech_end", 0),
      at("stt_pause_detected", 1, pause),
      at("stt_transcript_finalized", 1.2),
      at("v34_prompt_built", 1.3, { prompt_tokens_est: 100 + index }),
      at("v34_ollama_sent", 1.4),
      at("v34_ollama_received", 3, { prompt_eval_duration_ms: 90 + index, ...received }),
      ...[4, 5, 6].map((start) => at("tts_audio_playback_start", start + index / 100)),
      ...[5, 9, 8].map((end) => at("tts_audio_playback_complete", end + (index % 4) / 2)),
      at("stt_pause_detected", 12, pause),
    ];
  });
  return requests.flat().join("");
}

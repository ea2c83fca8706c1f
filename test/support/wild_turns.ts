import { Events } from "../../lib/event/names.ts";
import type { JsonValue, Metadata, TimingEvent } from "../../lib/event/timing_event.ts";
import { seededRandom } from "./events.ts";
import { randomTrace } from "./random_trace.ts";

type Pick = (count: number) => number;

/** Names that a turn is read off, and some that look like them. */
const turnNames = [
  ...[Events.V34_PROMPT_BUILT, Events.V34_OLLAMA_SENT, Events.V34_OLLAMA_RECEIVED],
  ...[Events.STT_PAUSE_DETECTED, Events.TTS_AUDIO_PLAYBACK_START, "llm_start", "llm_complete"],
  ...["llm_sent", "llm_received", "prompt_built", "playback_start", "playback_complete"],
];

const services = ["stt", "v34", "tts", "llm", "", "unknown"];

/** What may stand where a number, an answer or an id is expected. */
const oddValues: readonly JsonValue[] = [
  ...[0, -0, -1, 1e300, 5e-324, 0.1, 123456789012345680, "5", "", null, true, false, "true"],
  ...[[5], [], { a: 5 }, {}, 'a "quoted" \\ ä', "\u2028", "x".repeat(300)],
];

/** So many requests as no sane assistant would log them, one or more at a time. */
export function wildTurns(seed: number, count: number): TimingEvent[] {
  const random = seededRandom(seed);
  const pick = (most: number) => Math.floor(random() * most);
  const apartSeconds = [0.3, 40, 900][pick(3)] ?? 40;
  const events = Array.from({ length: count }, (_, index) =>
    randomTrace(seed * 1_000 + index, 5 + pick(2_000)).map((event): TimingEvent => {
      const name = pick(4) === 0 ? (turnNames[pick(turnNames.length)] ?? event.name) : event.name;
      return {
        requestId: `${["id", "id-of-more-than-16-bytes", "ü"][pick(40)] ?? "r"}${index}`,
        name,
        service: pick(8) === 0 ? (services[pick(services.length)] ?? "") : event.service,
        timestampSeconds: event.timestampSeconds + index * apartSeconds,
        metadata: metadataOf(name, pick),
      };
    }),
  ).flat();
  return events.sort((a, b) => a.timestampSeconds - b.timestampSeconds);
}

function metadataOf(name: string, pick: Pick): Metadata {
  const metadata: Metadata = {};
  const give = (key: string, usual: JsonValue) => {
    metadata[key] = pick(4) === 0 ? (oddValues[pick(oddValues.length)] ?? null) : usual;
  };
  const number = (most: number) => pick(most * 1e3) / 1e3;
  if (pick(5) === 0) give("has_kv_cache", pick(2) === 0);
  if (name === Events.V34_PROMPT_BUILT || pick(40) === 0) {
    if (pick(4) > 0) give("prompt_tokens_est", pick(6_000));
    if (pick(4) > 0) give("tail_mode", pick(2) === 0);
  }
  if (name.endsWith("received") || pick(40) === 0) {
    if (pick(4) > 0) give("prompt_eval_count", pick(6_000));
    if (pick(2) > 0) give("prompt_eval_cached_count", pick(3_000));
    if (pick(4) > 0) give("prompt_eval_duration_ms", number(900));
  }
  if (name === Events.STT_PAUSE_DETECTED && pick(5) > 0) give("pause_threshold", number(2));
  if (pick(12) === 0) give("session_id", `talk ${pick(4)}`);
  return metadata;
}

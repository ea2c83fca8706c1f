import { Events } from "../event/names.ts";
import type { Metadata, TimingEvent } from "../event/timing_event.ts";
import { aside, type Converted } from "./converter.ts";
import { derivedId } from "./derived_id.ts";
import { Fields, known } from "./fields.ts";

/** An event of a pipeline run. */
export interface PipelineEvent {
  readonly type: string;
  /** Unix seconds. */
  readonly seconds: number;
  readonly data: Fields;
}

/** What comes before the turn: the room was silent, or the user was still speaking. */
const beforeTurn = new Set([
  "run-start",
  "wake_word-start",
  "wake_word-end",
  "stt-start",
  "stt-vad-start",
]);

/** Whether Home Assistant is known to have events of that type. */
export function isPipelineEvent(type: string): boolean {
  return beforeTurn.has(type) || nameOf({ type, seconds: 0, data: new Fields({}) }, false) !== null;
}

/**
 * The events of one run as those of one request: the turn begins where the voice detector says that speech
 * has ended, and its first audio is `tts-end`, when its URL is known. Silence before that is no part of
 * Home Assistant's events, so voice-to-voice is the shorter by the pause that ends speech.
 */
export function convertRun(run: readonly PipelineEvent[]): Converted {
  const find = (type: string) => run.find((event) => event.type === type);
  const start = run[0];
  const opening = find("stt-vad-end");
  const requestId = derivedId(`${start?.seconds} ${find("run-start")?.data.text("pipeline")}`);
  const session =
    find("run-start")?.data.text("conversation_id") ??
    find("intent-start")?.data.text("conversation_id") ??
    find("intent-end")?.data.object("intent_output").text("conversation_id") ??
    null;
  const isLocal = isAnsweredLocally(run);
  const events: TimingEvent[] = [];
  let progress = 0;
  for (const event of run) {
    if (beforeTurn.has(event.type)) continue;
    if (event.type === "intent-progress" && progress++ > 0) continue;
    const named = nameOf(event, isLocal);
    if (named !== null) events.push({ timestampSeconds: event.seconds, requestId, ...named });
  }
  const first = events[0];
  // A run that ends while it waits for its wake word has no turn.
  if (first === undefined || events.every(({ name }) => name === "run_ended")) return aside;
  const spoken = find("stt-vad-start");
  const metadata = known({
    session_id: session,
    language: find("run-start")?.data.text("language") ?? null,
    speech_ms:
      opening && spoken ? Math.round((opening.seconds - spoken.seconds) * 1e6) / 1e3 : null,
  });
  return {
    events: [{ ...first, metadata: { ...first.metadata, ...metadata } }, ...events.slice(1)],
    faults: [],
  };
}

/** Whether no language model was asked. */
function isAnsweredLocally(run: readonly PipelineEvent[]): boolean {
  const engine = run.find(({ type }) => type === "intent-start")?.data.text("engine") ?? "";
  const end = run.find(({ type }) => type === "intent-end");
  return end?.data.value("processed_locally") === true || /(^|\.)home_?assistant$/.test(engine);
}

type Named = Pick<TimingEvent, "service" | "name" | "metadata">;

/** What an event is called here; null if Home Assistant is not known to have it. */
function nameOf({ type, data }: PipelineEvent, isLocal: boolean): Named | null {
  const named = (service: string, name: string, metadata: Metadata = {}) => ({
    service,
    name,
    metadata,
  });
  const engine = known({ engine: data.text("engine") });
  switch (type) {
    case "stt-vad-end":
      return named("stt", Events.STT_PAUSE_DETECTED);
    case "stt-end":
      return named("stt", Events.STT_TRANSCRIPT_FINALIZED, {
        text_length: data.object("stt_output").text("text")?.length ?? 0,
      });
    case "intent-start":
      return isLocal
        ? named("intent", "intent_start", engine)
        : named("intent", Events.V34_OLLAMA_SENT, engine);
    case "intent-progress":
      return named("intent", "intent_first_progress");
    case "intent-end":
      return named("intent", isLocal ? "intent_complete" : Events.V34_OLLAMA_RECEIVED);
    case "tts-start":
      return named("tts", Events.TTS_SYNTHESIS_START, {
        ...engine,
        text_length: data.text("tts_input")?.length ?? 0,
      });
    case "tts-end":
      return named("tts", Events.TTS_AUDIO_PLAYBACK_START);
    case "run-end":
      return named("run", "run_ended");
    case "error":
      return named("run", "run_error", known({ code: data.text("code") }));
    default:
      return null;
  }
}

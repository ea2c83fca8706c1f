import { encodeEvent } from "../../lib/event/encode.ts";
import { Events } from "../../lib/event/names.ts";
import type { Metadata } from "../../lib/event/timing_event.ts";
import { eventAt, seededRandom } from "./events.ts";
import { randomStream, type StreamShape } from "./random_stream.ts";

const names = [
  Events.STT_PAUSE_DETECTED,
  Events.STT_TRANSCRIPT_FINALIZED,
  Events.V34_PROMPT_BUILT,
  Events.V34_OLLAMA_SENT,
  Events.V34_OLLAMA_RECEIVED,
  Events.TTS_AUDIO_PLAYBACK_START,
  Events.TTS_AUDIO_PLAYBACK_COMPLETE,
  "tool_start",
  "tool_complete",
] as const;

/** What an event tells that figures or hints depend on. */
function metadataOf(name: string, random: () => number): Metadata {
  const some = random();
  if (name === Events.STT_PAUSE_DETECTED) {
    return { pause_threshold: 0.7, endpoint_ms: 700 + Math.floor(some * 90) };
  }
  if (name === Events.V34_PROMPT_BUILT) {
    return { prompt_tokens_est: 500 + Math.floor(some * 3_000), tail_mode: some < 0.5 };
  }
  if (name !== Events.V34_OLLAMA_RECEIVED) return some < 0.1 ? { has_kv_cache: some < 0.05 } : {};
  const counted = { prompt_eval_count: Math.floor(some * 3_000) };
  const told = { prompt_eval_duration_ms: 50.5 + some * 40, eval_duration_ms: 100.25, ...counted };
  return some < 0.2 ? told : { ...told, load_duration_ms: some < 0.6 ? 2_500 + some : 0.25 };
}

/**
 * The lines of a made-up stream whose events have few names, so that the order in which they are met
 * makes no difference. `oddPercent` of a hundred lines are not of the canonical layout.
 */
export function linesOf(shape: StreamShape, oddPercent: number): string[] {
  const random = seededRandom(shape.seed * 7 + 1);
  return randomStream(shape).map((event) => {
    const name = names[Math.floor(random() * names.length)] ?? "tool_start";
    const line = encodeEvent({
      ...event,
      name,
      service: name.slice(0, 3),
      metadata: { ...metadataOf(name, random), ...event.metadata },
    });
    return random() * 100 < oddPercent ? oddly(line) : line;
  });
}

/** The conversation of a turn, which one of its events names: some go on all the time, one in five is nobody's. */
function sessionOf(turn: number, index: number): Metadata {
  if (index !== 2 || turn % 5 === 0) return {};
  return { session_id: turn % 3 === 0 ? `talk ${turn % 7}` : `talk of turn ${turn - (turn % 20)}` };
}

/** The lines of turns of a few seconds each, three at a time, as a healthy log has them. */
export function healthyLines(turns: number): string[] {
  const random = seededRandom(turns);
  const events = Array.from({ length: turns }, (_, turn) =>
    names.map((name, index) =>
      eventAt(turn * 5_000 + index * 2_000 + Math.floor(random() * 1_500_000) / 1_000, name, {
        id: `id${turn}`,
        metadata: { ...metadataOf(name, random), ...sessionOf(turn, index) },
      }),
    ),
  ).flat();
  return events
    .sort((a, b) => a.timestampSeconds - b.timestampSeconds)
    .map((event) => encodeEvent(event));
}

/** The places behind the newlines of a log, its end excepted. */
export function lineStarts(bytes: Uint8Array): number[] {
  const starts: number[] = [];
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) starts.push(at + 1);
  return starts.filter((start) => start < bytes.length);
}

/** The same event, with an escape where none is needed: a line that fast readers leave to the exact one. */
export function oddly(line: string): string {
  return line.replace('"service"', '"servic\\u0065"');
}

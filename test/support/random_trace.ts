import { Events } from "../../lib/event/names.ts";
import type { TimingEvent } from "../../lib/event/timing_event.ts";
import { eventAt, seededRandom, startSeconds } from "./events.ts";

const names = [
  ...Object.values(Events),
  "gpu_warmup_start",
  "gpu_warmup_complete",
  "tool_sent",
  "tool_received",
  "stt_hello",
];

/**
 * The unit of time in made-up requests, milliseconds: 1/1024 s. Sums of it are exact in binary, so that
 * a span computed from metadata meets an event's instant to the last bit or not at all.
 */
export const tickMs = 1000 / 1024;

/** The tick at which an instant lies, counted from the beginning of made-up time. */
export function tickOf(seconds: number): number {
  return (seconds - startSeconds) * 1024;
}

/**
 * A request as no sane service would log it, the same for the same seed: overlaps, repeats, ends that
 * are missing or come first, many events at one instant. All instants are whole ticks, so that a test
 * may look at each of them in turn.
 */
export function randomTrace(seed: number, longestTicks = 120): TimingEvent[] {
  const random = seededRandom(seed);
  const pick = (count: number) => Math.floor(random() * count);
  const count = 1 + pick(40);
  const events = Array.from({ length: count }, () => {
    const name = names[pick(names.length)] ?? "stt_hello";
    // Some before others, as a healthy turn has them, so that pairs are found at all.
    const usual = names.indexOf(name) * (longestTicks / names.length);
    const tick = random() < 0.5 ? pick(longestTicks) : Math.round(usual);
    return eventAt(tick * tickMs, name, { metadata: metadataOf(name, pick, longestTicks) });
  });
  return events.sort((a, b) => a.timestampSeconds - b.timestampSeconds);
}

function metadataOf(name: string, pick: (count: number) => number, longestTicks: number) {
  if (name === Events.STT_PAUSE_DETECTED && pick(4) > 0) {
    return { pause_threshold: (pick(longestTicks) * tickMs) / 1000 };
  }
  if (name === Events.V34_OLLAMA_RECEIVED && pick(4) > 0) {
    return {
      load_duration_ms: pick(3) * tickMs,
      prompt_eval_duration_ms: pick(20) * tickMs,
      eval_duration_ms: pick(20) * tickMs,
    };
  }
  return {};
}

import { describe, expect, test } from "bun:test";
import type { TimingEvent } from "../../../lib/event/timing_event.ts";
import {
  coveringSpans,
  eventsOfStep,
  findGaps,
  type Gap,
  stepName,
} from "../../../lib/request/gaps.ts";
import { findSpans, isComplete } from "../../../lib/request/spans.ts";
import { eventAt, startSeconds } from "../../support/events.ts";
import { randomTrace, tickOf } from "../../support/random_trace.ts";

const toMs = (seconds: number) => Math.round((seconds - startSeconds) * 1e6) / 1000;

function gapsOf(events: readonly TimingEvent[]): string[] {
  return findGaps(events, findSpans(events)).map(
    (gap) => `${toMs(gap.startSeconds)}..${toMs(gap.endSeconds)} ${gap.name}`,
  );
}

describe("findGaps()", () => {
  test("finds what no span covers, split at every event", () => {
    const events = [
      eventAt(0, "stt_hello"),
      eventAt(10, "stt_again"),
      eventAt(30, "v34_ollama_sent"),
      eventAt(50, "v34_ollama_received"),
      eventAt(70, "tts_hello"),
    ];
    expect(gapsOf(events)).toEqual([
      "0..10 stt_hello → stt_again",
      "10..30 stt_again → v34_ollama_sent",
      "50..70 v34_ollama_received → tts_hello",
    ]);
  });

  test("cuts a gap short where a span without a start event begins", () => {
    const events = [
      eventAt(0, "stt_hello"),
      eventAt(100, "stt_pause_detected", { metadata: { pause_threshold: 0.04 } }),
    ];
    expect(gapsOf(events)).toEqual(["0..60 stt_hello → stt_pause_detected"]);
  });

  test("takes playback as covering, but not envelopes and incomplete spans", () => {
    const events = [
      eventAt(0, "stt_http_request_start"),
      eventAt(10, "tts_audio_playback_start"),
      eventAt(20, "tts_audio_playback_complete"),
      eventAt(30, "v34_ollama_sent"),
      eventAt(40, "stt_http_response_received"),
    ];
    const spans = findSpans(events);
    expect(spans.map(({ name }) => name).sort()).toEqual([
      "hand-off stt→v34",
      "http call",
      "llm",
      "playback",
    ]);
    expect(coveringSpans(spans).map(({ name }) => name)).toEqual(["playback"]);
    expect(gapsOf(events)).toEqual([
      "0..10 stt_http_request_start → tts_audio_playback_start",
      "20..30 tts_audio_playback_complete → v34_ollama_sent",
      "30..40 v34_ollama_sent → stt_http_response_received",
    ]);
  });

  test("takes a hop in a clock conflict as covering nothing", () => {
    const events = [eventAt(0, "tts_request_received"), eventAt(10, "v34_sending_to_tts")];
    expect(gapsOf(events)).toEqual(["0..10 tts_request_received → v34_sending_to_tts"]);
  });

  test("finds none between events of one instant, and none in one event", () => {
    expect(gapsOf([eventAt(5, "a_a"), eventAt(5, "b_b")])).toEqual([]);
    expect(gapsOf([eventAt(5, "a_a")])).toEqual([]);
    expect(gapsOf([])).toEqual([]);
  });

  test("agrees with looking at every tick of 500 made-up requests", () => {
    let found = 0;
    let cases = 0;
    for (let seed = 1; seed <= 500; seed++) {
      const events = randomTrace(seed);
      expect([seed, ticksOf(findGaps(events, findSpans(events)))]).toEqual([
        seed,
        naiveGaps(events),
      ]);
      found += naiveGaps(events).length;
      cases++;
    }
    expect(cases).toBe(500);
    expect(found).toBeGreaterThan(1_000);
  });
});

/** Looks at every tick: covered, or part of its step's gap. */
function naiveGaps(events: readonly TimingEvent[]): string[] {
  const covering = findSpans(events).filter((span) => isComplete(span) && span.kind !== "envelope");
  const gaps: { name: string; from: number; to: number; place: number }[] = [];
  for (let place = 1; place < events.length; place++) {
    const [from, to] = [events[place - 1], events[place]];
    if (from === undefined || to === undefined) continue;
    for (let tick = tickOf(from.timestampSeconds); tick < tickOf(to.timestampSeconds); tick++) {
      const isCovered = covering.some(
        (span) => tickOf(span.startSeconds) <= tick && tickOf(span.endSeconds ?? 0) >= tick + 1,
      );
      const last = gaps.at(-1);
      if (isCovered) continue;
      if (last?.place === place && last.to === tick) last.to = tick + 1;
      else gaps.push({ name: stepName(from, to), from: tick, to: tick + 1, place });
    }
  }
  return gaps.map(({ name, from, to }) => `${from}..${to} ${name}`);
}

function ticksOf(gaps: readonly Gap[]): string[] {
  return gaps.map((gap) => `${tickOf(gap.startSeconds)}..${tickOf(gap.endSeconds)} ${gap.name}`);
}

test("eventsOfStep() gives back the events of a label, unless a name has an arrow itself", () => {
  const label = (from: string, to: string) => stepName(eventAt(0, from), eventAt(1, to));
  expect(eventsOfStep(label("v34_a", "v34_b"))).toEqual(["v34_a", "v34_b"]);
  expect(eventsOfStep(label("a→b", ""))).toEqual(["a→b", ""]);
  expect(eventsOfStep(label("a → b", "c"))).toBeNull();
  expect(eventsOfStep("other")).toBeNull();
});

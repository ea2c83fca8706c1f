import { describe, expect, test } from "bun:test";
import type { TimingEvent } from "../../../lib/event/timing_event.ts";
import { computeFigures, outcomes } from "../../../lib/request/figures.ts";
import { findSpans } from "../../../lib/request/spans.ts";
import { eventAt, startSeconds } from "../../support/events.ts";
import { randomTrace, tickOf } from "../../support/random_trace.ts";

const toMs = (seconds: number | null) =>
  seconds === null ? null : Math.round(seconds * 1e6) / 1000;

function figuresOf(events: readonly TimingEvent[]) {
  const figures = computeFigures(events, findSpans(events));
  const { firstAudioSeconds } = figures;
  return {
    total: toMs(figures.totalSeconds),
    playback: toMs(figures.playbackSeconds),
    processing: toMs(figures.processingSeconds),
    voiceToVoice: toMs(figures.voiceToVoiceSeconds),
    opening: toMs(figures.openingSeconds - startSeconds),
    firstAudio: firstAudioSeconds === null ? null : toMs(firstAudioSeconds - startSeconds),
    outcome: figures.outcome,
  };
}

const pause = (offsetMs: number, threshold: number) =>
  eventAt(offsetMs, "stt_pause_detected", { metadata: { pause_threshold: threshold } });

interface Case {
  readonly what: string;
  readonly events: readonly TimingEvent[];
  readonly figures: Partial<ReturnType<typeof figuresOf>>;
}

const cases: readonly Case[] = [
  {
    what: "one event has a total of 0",
    events: [eventAt(7, "stt_hello")],
    figures: { total: 0, playback: 0, processing: 0, voiceToVoice: null, outcome: "silent" },
  },
  {
    what: "an answered turn",
    events: [
      eventAt(0, "stt_transcript_finalized"),
      eventAt(900, "tts_audio_playback_start"),
      eventAt(2900, "tts_audio_playback_complete"),
      eventAt(3000, "tts_resume_sent"),
    ],
    figures: {
      total: 3000,
      playback: 2000,
      processing: 1000,
      voiceToVoice: 900,
      opening: 0,
      firstAudio: 900,
      outcome: "answered",
    },
  },
  {
    what: "playback whose two events are not neighbours",
    events: [
      eventAt(0, "stt_hello"),
      eventAt(100, "tts_audio_playback_start"),
      eventAt(150, "stt_http_response_received"),
      eventAt(300, "tts_audio_playback_complete"),
    ],
    figures: { playback: 200, processing: 100 },
  },
  {
    what: "overlapping playback counted once",
    events: [
      eventAt(0, "stt_hello"),
      eventAt(100, "tts_audio_playback_start"),
      eventAt(200, "tts_audio_playback_start"),
      eventAt(300, "tts_audio_playback_complete"),
      eventAt(350, "tts_audio_playback_complete"),
      eventAt(500, "tts_audio_playback_start"),
      eventAt(550, "tts_audio_playback_complete"),
    ],
    figures: { playback: 300, processing: 250, outcome: "answered" },
  },
  {
    what: "an open playback counts 0",
    events: [
      eventAt(0, "stt_hello"),
      eventAt(100, "tts_audio_playback_start"),
      eventAt(400, "a_a"),
    ],
    figures: { playback: 0, processing: 400, voiceToVoice: 100, outcome: "speaking" },
  },
  {
    what: "one playback closed and one open",
    events: [
      eventAt(0, "stt_hello"),
      eventAt(100, "tts_audio_playback_start"),
      eventAt(150, "tts_audio_playback_complete"),
      eventAt(400, "tts_audio_playback_start"),
    ],
    figures: { playback: 50, voiceToVoice: 100, outcome: "speaking" },
  },
  {
    what: "the opening before the first event, at the end of speech",
    events: [
      pause(1000, 0.75),
      eventAt(1002, "stt_transcript_finalized"),
      eventAt(1500, "tts_audio_playback_start"),
      eventAt(1600, "tts_audio_playback_complete"),
    ],
    figures: { total: 600, opening: 250, voiceToVoice: 1250 },
  },
  {
    what: "the last endpointing before the first finalized transcript opens",
    events: [
      pause(1000, 0.5),
      pause(3000, 0.5),
      eventAt(3001, "stt_transcript_finalized"),
      pause(4000, 0.5),
      eventAt(4001, "stt_transcript_finalized"),
      eventAt(5000, "tts_audio_playback_start"),
    ],
    figures: { opening: 2500, voiceToVoice: 2500 },
  },
  {
    what: "an endpointing at the very instant of the transcript still opens",
    events: [
      pause(3000, 0.5),
      eventAt(3000, "stt_transcript_finalized"),
      eventAt(5000, "tts_audio_playback_start"),
    ],
    figures: { opening: 2500 },
  },
  {
    what: "without a transcript the last endpointing opens",
    events: [pause(1000, 0.5), pause(3000, 0.25), eventAt(5000, "tts_audio_playback_start")],
    figures: { opening: 2750, voiceToVoice: 2250 },
  },
  {
    what: "an endpointing after the transcript does not open",
    events: [
      eventAt(0, "stt_transcript_finalized"),
      pause(1000, 0.5),
      eventAt(5000, "tts_audio_playback_start"),
    ],
    figures: { opening: 0, voiceToVoice: 5000 },
  },
  {
    what: "a custom span called endpointing does not open",
    events: [
      eventAt(0, "stt_hello"),
      eventAt(100, "endpointing_start", { service: "stt" }),
      eventAt(200, "endpointing_end", { service: "stt" }),
      eventAt(500, "tts_audio_playback_start"),
    ],
    figures: { opening: 0 },
  },
  {
    what: "audio before the opening is not what was waited for",
    events: [
      eventAt(0, "stt_hello"),
      eventAt(100, "tts_audio_playback_start"),
      eventAt(200, "tts_audio_playback_complete"),
      pause(1000, 0.5),
      eventAt(1001, "stt_transcript_finalized"),
      eventAt(2000, "tts_audio_playback_start"),
      eventAt(2100, "tts_audio_playback_complete"),
    ],
    figures: { opening: 500, firstAudio: 2000, voiceToVoice: 1500, playback: 200 },
  },
  {
    what: "audio at the very opening",
    events: [eventAt(0, "stt_hello"), eventAt(0, "tts_audio_playback_start")],
    figures: { voiceToVoice: 0, firstAudio: 0 },
  },
  {
    what: "audio only before the opening",
    events: [
      eventAt(0, "stt_hello"),
      eventAt(100, "tts_audio_playback_start"),
      eventAt(200, "tts_audio_playback_complete"),
      pause(1000, 0.5),
    ],
    figures: { voiceToVoice: null, firstAudio: null, outcome: "answered" },
  },
  {
    what: "a request that does not begin with stt is partial, with or without audio",
    events: [
      eventAt(0, "v34_webhook_received"),
      eventAt(500, "tts_audio_playback_start"),
      eventAt(700, "tts_audio_playback_complete"),
    ],
    figures: { voiceToVoice: null, firstAudio: 500, playback: 200, outcome: "partial" },
  },
  {
    what: "partial goes before speaking and silent",
    events: [eventAt(0, "tts_audio_playback_start")],
    figures: { outcome: "partial" },
  },
  {
    what: "silent without a playback start, even with its end",
    events: [eventAt(0, "stt_hello"), eventAt(9, "tts_audio_playback_complete")],
    figures: { outcome: "silent", voiceToVoice: null },
  },
];

describe("computeFigures()", () => {
  test("in as many cases as the table has rows, every outcome among them", () => {
    expect(cases.length).toBe(18);
    const met = new Set(cases.map(({ figures }) => figures.outcome));
    for (const outcome of outcomes) expect(met.has(outcome)).toBe(true);
  });

  test.each(cases)("$what", ({ events, figures }) => {
    expect(figuresOf(events)).toMatchObject(figures);
  });

  test("counts playback as counting every tick of 1 000 made-up requests does", () => {
    let played = 0;
    for (let seed = 1; seed <= 1_000; seed++) {
      const events = randomTrace(seed);
      const spans = findSpans(events);
      const sounding = new Set<number>();
      for (const { kind, startSeconds: from, endSeconds: to } of spans) {
        if (kind !== "playback" || to === null) continue;
        for (let tick = tickOf(from); tick < tickOf(to); tick++) sounding.add(tick);
      }
      const figures = computeFigures(events, spans);
      expect([seed, figures.playbackSeconds * 1024]).toEqual([seed, sounding.size]);
      expect(figures.processingSeconds).toBe(figures.totalSeconds - figures.playbackSeconds);
      expect(figures.processingSeconds).toBeGreaterThanOrEqual(0);
      if (sounding.size > 0) played++;
    }
    expect(played).toBeGreaterThan(100);
  });
});

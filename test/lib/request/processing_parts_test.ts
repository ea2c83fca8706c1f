import { expect, test } from "bun:test";
import { analyzeRequest } from "../../../lib/request/describe.ts";
import { processingParts } from "../../../lib/request/processing_parts.ts";
import { eventAt } from "../../support/events.ts";
import { randomTrace } from "../../support/random_trace.ts";

test("processingParts() adds up to the processing, whatever the request", () => {
  let played = 0;
  for (let seed = 1; seed <= 400; seed++) {
    const analysis = analyzeRequest({ id: "a", events: randomTrace(seed) });
    const parts = [...processingParts(analysis).values()];
    const sum = parts.reduce((total, seconds) => total + seconds, 0);
    expect([seed, sum]).toEqual([seed, expect.closeTo(analysis.figures.processingSeconds, 9)]);
    expect(Math.min(0, ...parts)).toBe(0);
    if (analysis.figures.playbackSeconds > 0) played++;
  }
  expect(played).toBeGreaterThan(50);
});

test("processingParts() names spans, what the model tells, and time that nobody accounts for", () => {
  const events = [
    eventAt(0, "stt_transcript_finalized"),
    eventAt(100, "v34_ollama_sent"),
    eventAt(900, "v34_ollama_received", { metadata: { prompt_eval_duration_ms: 600 } }),
    eventAt(950, "tts_audio_playback_start"),
    eventAt(1950, "tts_audio_playback_complete"),
    eventAt(1960, "tts_resume_sent"),
  ];
  const parts = processingParts(analyzeRequest({ id: "a", events }));
  expect([...parts].map(([name, seconds]) => [name, Math.round(seconds * 1000)])).toEqual([
    ["stt_transcript_finalized → v34_ollama_sent", 100],
    ["llm", 200],
    ["prefill", 600],
    ["v34_ollama_received → tts_audio_playback_start", 50],
    ["tts_audio_playback_complete → tts_resume_sent", 10],
  ]);
});

import { describe, expect, test } from "bun:test";
import type { TimingEvent } from "../../../lib/event/timing_event.ts";
import { analyzeRequest } from "../../../lib/request/describe.ts";
import { RequestSummary } from "../../../lib/request/summarize.ts";
import { eventAt } from "../../support/events.ts";

function summarize(...requests: readonly (readonly TimingEvent[])[]) {
  const summary = new RequestSummary();
  for (const events of requests) summary.add(analyzeRequest({ id: "aaaa0001", events }));
  return summary;
}

const answered = (llmMs: number) => [
  eventAt(0, "stt_transcript_finalized"),
  eventAt(100, "v34_ollama_sent"),
  eventAt(100 + llmMs, "v34_ollama_received"),
  eventAt(1000, "tts_audio_playback_start"),
  eventAt(3000, "tts_audio_playback_complete"),
];
const silent = [
  eventAt(0, "stt_transcript_finalized"),
  eventAt(100, "v34_ollama_sent"),
  eventAt(500, "v34_ollama_received"),
];

describe("RequestSummary", () => {
  test("counts every request in the figures, voice-to-voice only where there is one", () => {
    const summary = summarize(answered(200), answered(400), silent);
    const { figures, outcomes } = summary.read();
    expect(summary.requests).toBe(3);
    expect([figures.total.n, figures.processing.n, figures.playback.n]).toEqual([3, 3, 3]);
    expect(figures.playback.min).toBe(0);
    expect(figures.playback.max).toBeCloseTo(2000, 3);
    expect(figures.voiceToVoice.n).toBe(2);
    expect(figures.voiceToVoice.mean).toBeCloseTo(1000, 3);
    expect(outcomes).toEqual({ answered: 2, speaking: 0, silent: 1, partial: 0 });
  });

  test("counts spans, gaps and steps only where they occurred", () => {
    const { spans, gaps, steps } = summarize(answered(200), answered(400), silent).read();
    expect(spans.get("llm")?.n).toBe(3);
    expect(spans.get("llm")?.p50).toBeCloseTo(400, 3);
    expect(spans.get("playback")?.n).toBe(2);
    expect([...spans.keys()]).toEqual(["llm", "playback"]);
    expect(gaps.get("stt_transcript_finalized → v34_ollama_sent")?.n).toBe(3);
    expect(gaps.get("v34_ollama_received → tts_audio_playback_start")?.n).toBe(2);
    expect(steps.get("v34_ollama_sent → v34_ollama_received")?.n).toBe(3);
    expect(steps.size).toBe(4);
  });

  test("shares the wait before first audio, over requests that have it", () => {
    const { figures, spans, gaps, steps } = summarize(answered(200), answered(400), silent).read();
    // 200 and 400 of twice 1 000 ms; the silent request's 400 ms are in n, not in the share.
    expect(spans.get("llm")?.share).toBeCloseTo(0.3, 6);
    expect(spans.get("playback")?.share).toBe(0);
    expect(gaps.get("stt_transcript_finalized → v34_ollama_sent")?.share).toBeCloseTo(0.1, 6);
    expect([...steps.values()].map(({ share }) => share)).toEqual([null, null, null, null]);
    expect(Object.values(figures).map(({ share }) => share)).toEqual([null, null, null, null]);
  });

  test("counts into a share only what lies before first audio", () => {
    const events = [
      eventAt(0, "stt_hello"),
      eventAt(500, "v34_memory_storage_start"),
      eventAt(1000, "tts_audio_playback_start"),
      eventAt(2000, "v34_memory_storage_complete"),
      eventAt(3000, "tts_audio_playback_complete"),
    ];
    expect(summarize(events).read().spans.get("memory storage")?.share).toBeCloseTo(0.5, 6);
  });

  test("has no shares where nothing was heard, nor for partial requests", () => {
    const partial = answered(200).slice(1);
    const { spans, outcomes } = summarize(silent, partial).read();
    expect(outcomes["partial"]).toBe(1);
    expect([...spans.values()].map(({ share }) => share)).toEqual([null, null]);
  });

  test("counts nothing of a partial request into the shares of others", () => {
    const partial = answered(600).slice(1);
    const { spans } = summarize(answered(200), partial).read();
    expect(spans.get("llm")?.n).toBe(2);
    expect(spans.get("llm")?.share).toBeCloseTo(0.2, 6);
  });

  test("leaves incomplete spans and clock conflicts out of every series", () => {
    const events = [
      eventAt(0, "tts_request_received"),
      eventAt(10, "v34_sending_to_tts"),
      eventAt(20, "v34_ollama_sent"),
    ];
    expect(summarize(events).read().spans.size).toBe(0);
  });

  test("counts each repetition of a span and of a step", () => {
    const events = [
      eventAt(0, "v34_ollama_sent"),
      eventAt(100, "v34_ollama_received"),
      eventAt(200, "v34_ollama_sent"),
      eventAt(500, "v34_ollama_received"),
    ];
    const { spans, steps } = summarize(events).read();
    expect(spans.get("llm")).toMatchObject({ n: 2 });
    expect(spans.get("llm")?.mean).toBeCloseTo(200, 3);
    expect(steps.get("v34_ollama_sent → v34_ollama_received")?.n).toBe(2);
  });

  test("orders spans by the catalogue, custom ones after it, all else by code unit", () => {
    const events = [
      eventAt(0, "z_start", { service: "s" }),
      eventAt(1, "z_end", { service: "s" }),
      eventAt(2, "B_start", { service: "s" }),
      eventAt(3, "B_end", { service: "s" }),
      eventAt(4, "v34_ollama_sent"),
      eventAt(5, "v34_ollama_received"),
      eventAt(6, "v34_memory_storage_start"),
      eventAt(7, "v34_memory_storage_complete"),
    ];
    const { spans, steps } = summarize(events).read();
    expect([...spans.keys()]).toEqual(["memory storage", "llm", "B", "z"]);
    expect([...steps.keys()]).toEqual([...steps.keys()].sort());
    expect(steps.size).toBe(7);
  });

  test("is empty without requests: n 0 and nulls", () => {
    const empty = summarize().read();
    expect(empty.figures.total).toEqual({
      n: 0,
      mean: null,
      min: null,
      p50: null,
      p90: null,
      p95: null,
      p99: null,
      max: null,
      share: null,
    });
    expect([empty.spans.size, empty.gaps.size, empty.steps.size]).toEqual([0, 0, 0]);
  });

  test("counts what did not fit into its tables", () => {
    const many = Array.from({ length: 5_000 }, (_, index) => eventAt(index, `x_${index}`));
    const summary = summarize(many);
    // 4 999 names of steps and as many of gaps, 4 096 of which each table keeps.
    expect(summary.folded).toBe(2 * (4_999 - 4_096));
    expect(summary.read().steps.get("other")?.n).toBe(4_999 - 4_096);
  });
});

import { describe, expect, test } from "bun:test";
import type { TimingEvent } from "../../../lib/event/timing_event.ts";
import { analyzeRequest, describeRequest } from "../../../lib/request/describe.ts";
import { eventAt, startSeconds } from "../../support/events.ts";
import { randomTrace } from "../../support/random_trace.ts";

const report = (events: readonly TimingEvent[]) =>
  describeRequest(analyzeRequest({ id: "aaaa0001", events }));

const turn = [
  eventAt(1000, "stt_pause_detected", { metadata: { pause_threshold: 0.75 } }),
  eventAt(1002, "stt_transcript_finalized", { metadata: { session_id: "s1" } }),
  eventAt(1010, "v34_ollama_sent"),
  eventAt(1900, "v34_ollama_received", { metadata: { eval_duration_ms: 300 } }),
  eventAt(1904, "tts_synthesis_start"),
  eventAt(2200, "tts_audio_playback_start"),
  eventAt(5000, "tts_audio_playback_complete"),
];

describe("describeRequest()", () => {
  test("turns seconds into milliseconds and keeps instants as Unix seconds", () => {
    const { figures, ...rest } = report(turn);
    expect(rest).toMatchObject({
      id: "aaaa0001",
      startSeconds: startSeconds + 1,
      session: "s1",
      outcome: "answered",
    });
    expect(figures.totalMs).toBeCloseTo(4000, 3);
    expect(figures.playbackMs).toBeCloseTo(2800, 3);
    expect(figures.processingMs).toBeCloseTo(1200, 3);
    expect(figures.voiceToVoiceMs).toBeCloseTo(1950, 3);
    expect(figures.opening).toBe("end of speech");
  });

  test("says what voice-to-voice counts from", () => {
    expect(report(turn.slice(1)).figures.opening).toBe("first event");
  });

  test("gives the events as they were", () => {
    const { events } = report(turn);
    expect(events.length).toBe(turn.length);
    expect(events[1]).toEqual({
      atSeconds: turn[1]?.timestampSeconds as number,
      service: "stt",
      name: "stt_transcript_finalized",
      metadata: { session_id: "s1" },
    });
  });

  test("labels spans by their events, and those without by nothing", () => {
    const labels = report(turn).spans.map(({ name, label }) => [name, label]);
    expect(labels).toEqual([
      ["endpointing", null],
      ["finalization", "stt_pause_detected → stt_transcript_finalized"],
      ["llm", "v34_ollama_sent → v34_ollama_received"],
      ["generation", null],
      ["synthesis", "tts_synthesis_start → tts_audio_playback_start"],
      ["playback", "tts_audio_playback_start → tts_audio_playback_complete"],
    ]);
  });

  test("labels an incomplete span by the one event it has, and gives it no duration", () => {
    const { spans } = report([
      eventAt(0, "v34_ollama_received"),
      eventAt(5, "tts_synthesis_start"),
    ]);
    expect(
      spans.map(({ name, label, durationMs, incomplete }) => [name, label, durationMs, incomplete]),
    ).toEqual([
      ["llm", "v34_ollama_received", null, true],
      ["synthesis", "tts_synthesis_start", null, true],
    ]);
  });

  test("gives a clock conflict its negative duration", () => {
    const { spans } = report([
      eventAt(0, "tts_request_received"),
      eventAt(5, "v34_sending_to_tts"),
    ]);
    expect(spans.length).toBe(1);
    expect(spans[0]?.durationMs).toBeCloseTo(-5, 3);
    expect(spans[0]?.incomplete).toBe(false);
  });

  test("marks exactly the slowest span or gap", () => {
    const marked = ({ spans, gaps }: ReturnType<typeof report>) =>
      [...spans, ...gaps].filter(({ isSlowest }) => isSlowest).map(({ name }) => name);
    expect(marked(report(turn))).toEqual(["llm"]);
    expect(report(turn).slowest?.name).toBe("llm");
    expect(report(turn).slowest?.durationMs).toBeCloseTo(890, 3);
    const idle = report([eventAt(0, "stt_a"), eventAt(10, "stt_b"), eventAt(90, "stt_c")]);
    expect(marked(idle)).toEqual(["stt_b → stt_c"]);
    expect(report([eventAt(0, "stt_a")]).slowest).toBeNull();
  });

  test("shares the ledger out to the whole, in made-up requests of every kind", () => {
    let withRows = 0;
    for (let seed = 1; seed <= 200; seed++) {
      const { ledger, figures } = report(randomTrace(seed));
      if (ledger.length === 0) continue;
      const shares = ledger.reduce((sum, row) => sum + (row.share ?? Number.NaN), 0);
      expect(shares).toBeCloseTo(1, 9);
      const wholeMs = ledger.reduce((sum, row) => sum + row.durationMs, 0);
      if (figures.voiceToVoiceMs !== null) expect(wholeMs).toBe(figures.voiceToVoiceMs);
      withRows++;
    }
    expect(withRows).toBeGreaterThan(150);
  });
});

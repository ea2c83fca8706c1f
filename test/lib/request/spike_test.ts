import { describe, expect, test } from "bun:test";
import { analyzeRequest, describeRequest } from "../../../lib/request/describe.ts";
import { findSpike } from "../../../lib/request/spike.ts";
import { eventAt } from "../../support/events.ts";

/** A turn whose model takes so long. */
function turn(llmMs: number, synthesisMs = 400) {
  const events = [
    eventAt(0, "stt_transcript_finalized"),
    eventAt(100, "v34_ollama_sent"),
    eventAt(100 + llmMs, "v34_ollama_received"),
    eventAt(100 + llmMs, "tts_synthesis_start"),
    eventAt(100 + llmMs + synthesisMs, "tts_audio_playback_start"),
    eventAt(5000 + llmMs, "tts_audio_playback_complete"),
  ];
  return describeRequest(analyzeRequest({ id: "aaaa0001", events }));
}

const before = Array.from({ length: 40 }, (_, index) => turn(1000 + index));

describe("findSpike()", () => {
  test("names the span that took most of its usual time more", () => {
    const spike = findSpike(turn(3000, 700), before);
    expect(spike?.span?.name).toBe("llm");
    expect(spike?.span?.excessMs).toBeCloseTo(3000 - 1019.5, 3);
    expect(spike?.voiceToVoiceMs).toBeCloseTo(3800, 3);
    expect(spike?.usualMs).toBeCloseTo(1519.5, 3);
  });

  test("leaves usual waits alone, also the slower ones of them", () => {
    expect(findSpike(turn(1039), before)).toBeNull();
    expect(findSpike(turn(1500), before)).toBeNull();
    expect(findSpike(turn(1800), before)).not.toBeNull();
  });

  test("does not know what is usual before twenty requests, nor the wait of a silent one", () => {
    expect(findSpike(turn(9000), before.slice(0, 19))).toBeNull();
    expect(findSpike(turn(9000), before.slice(0, 20))).not.toBeNull();
    const silent = describeRequest(
      analyzeRequest({ id: "a", events: [eventAt(0, "stt_transcript_finalized")] }),
    );
    expect(findSpike(silent, before)).toBeNull();
  });
});

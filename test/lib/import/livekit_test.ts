import { expect, test } from "bun:test";
import { convert } from "../../support/import.ts";

const line = (record: object) => JSON.stringify(record);

test("LiveKitConverter turns the records of a turn into the stages that they measure", async () => {
  const { events, faults } = await convert("livekit", [
    line({
      type: "eou_metrics",
      timestamp: 100.02,
      end_of_utterance_delay: 0.5,
      transcription_delay: 0.2,
      on_user_turn_completed_delay: 0.02,
      speech_id: "s",
    }),
    line({ type: "llm_metrics", timestamp: 101, duration: 0.9, ttft: 0.3, speech_id: "s" }),
    line({
      type: "tts_metrics",
      timestamp: 101.2,
      duration: 0.4,
      ttfb: 0.1,
      audio_duration: 2,
      speech_id: "s",
    }),
  ]);
  expect(faults).toEqual([]);
  expect(events).toEqual([
    [0, "s", "stt", "stt_speech_ended"],
    [0, "s", "stt", "stt_transcription_start"],
    [200, "s", "stt", "stt_transcription_complete"],
    [500, "s", "stt", "stt_pause_detected"],
    [500, "s", "agent", "agent_callback_start"],
    [520, "s", "agent", "agent_callback_complete"],
    [600, "s", "llm", "v34_prompt_built"],
    [600, "s", "llm", "v34_ollama_sent"],
    [600, "s", "llm", "llm_first_token_start"],
    [900, "s", "llm", "llm_first_token_complete"],
    [1500, "s", "llm", "v34_ollama_received"],
    [1300, "s", "tts", "tts_synthesis_start"],
    [1400, "s", "tts", "tts_audio_playback_start"],
    [3400, "s", "tts", "tts_audio_playback_complete"],
  ]);
});

test("LiveKitConverter lets a further segment wait for the one before without calling it synthesis", async () => {
  const segment = (timestamp: number) =>
    line({
      type: "tts_metrics",
      timestamp,
      duration: 0.4,
      ttfb: 0.1,
      audio_duration: 2,
      speech_id: "s",
    });
  const { events } = await convert("livekit", [segment(100), segment(101)]);
  expect(events.slice(3)).toEqual([
    [1000, "s", "tts", "tts_next_segment_start"],
    [1100, "s", "tts", "tts_next_segment_complete"],
    [2100, "s", "tts", "tts_audio_playback_start"],
    [4100, "s", "tts", "tts_audio_playback_complete"],
  ]);
});

test("LiveKitConverter reads Python's records and JavaScript's alike", async () => {
  const python = {
    type: "llm_metrics",
    timestamp: 1764253827.4,
    duration: 1.5,
    ttft: 0.6,
    prompt_tokens: 7,
    speech_id: "s",
  };
  const script = {
    type: "llm_metrics",
    timestamp: 1764253827400,
    durationMs: 1500,
    ttftMs: 600,
    promptTokens: 7,
    speechId: "s",
  };
  const wrapped = { type: "metrics_collected", created_at: 1, metrics: python };
  const wanted = await convert("livekit", [line(python)]);
  expect(await convert("livekit", [line(script)])).toEqual(wanted);
  expect(await convert("livekit", [line(wrapped)])).toEqual(wanted);
  expect(wanted.events.length).toBe(5);
});

test("LiveKitConverter counts what it cannot use, and what belongs to no turn", async () => {
  const refused: [string, string][] = [
    ["{", "bad json: not valid JSON"],
    ["[1]", "not an object: JSON, but not an object"],
    ["{}", "field: type is not a metrics record of a turn"],
    [line({ type: "constructor" }), "field: type is not a metrics record of a turn"],
    [
      line({ type: "llm_metrics", speech_id: "s" }),
      "field: timestamp is not a moment in Unix seconds",
    ],
    [
      line({ type: "llm_metrics", timestamp: "1", speech_id: "s" }),
      "field: timestamp is not a moment in Unix seconds",
    ],
    [line({ type: "llm_metrics", timestamp: 1 }), "field: speech_id is not the id of a turn"],
  ];
  for (const [text, fault] of refused) {
    expect(await convert("livekit", [text])).toEqual({ events: [], faults: [fault], asides: 0 });
  }
  expect(refused.length).toBe(7);
  const asides = [line({ type: "vad_metrics" }), line({ type: "stt_metrics" }), " "];
  expect(await convert("livekit", asides)).toEqual({ events: [], faults: [], asides: 3 });
});

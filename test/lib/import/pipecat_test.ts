import { expect, test } from "bun:test";
import { convert } from "../../support/import.ts";

const at = (seconds: number, text: string) =>
  `2025-11-27 14:30:${seconds.toFixed(3).padStart(6, "0")} | DEBUG    | module:call:1 - ${text}`;

test("PipecatConverter puts the measurements of a turn where their work was", async () => {
  const { events, faults, asides } = await convert("pipecat", [
    at(1, "something else"),
    at(5, "User stopped speaking"),
    at(5.1, "📊 [DeepgramSTTService#0] TTFB (nova-3): 0.2s at 5.1s"),
    at(
      5.2,
      "📊 [Smart#0] SMART TURN: COMPLETE (probability: 9.1%, inference: 1.0ms, server: 0.0ms, e2e: 100.0ms) at 5.2s",
    ),
    at(5.6, "GroqLLMService#0 TTFB: 0.3"),
    at(5.8, "CartesiaTTSService#0 text aggregation time: 0.2"),
    at(6, "CartesiaTTSService#0 TTFB: 0.1"),
    at(6.1, "⏱️ LATENCY FROM USER STOPPED SPEAKING TO BOT STARTED SPEAKING: 1.500s"),
    at(6.4, "GroqLLMService#0 processing time: 1.1"),
    at(8, "Bot stopped speaking"),
  ]);
  expect([faults, asides]).toEqual([[], 1]);
  // Of two at one moment either may come first.
  const shown = events.map(([ms, , service, name]) => [ms, service, name] as const);
  expect(shown.sort((a, b) => a[0] - b[0] || a[2].localeCompare(b[2]))).toEqual([
    [0, "stt", "stt_speech_ended"],
    [300, "stt", "stt_transcription_start"],
    [400, "stt", "stt_pause_detected"],
    [500, "stt", "stt_transcription_complete"],
    [500, "stt", "stt_turn_detection_start"],
    [600, "stt", "stt_turn_detection_complete"],
    [700, "llm", "llm_first_token_start"],
    [700, "llm", "v34_ollama_sent"],
    [700, "llm", "v34_prompt_built"],
    [1000, "llm", "llm_first_token_complete"],
    [1000, "tts", "tts_text_aggregation_start"],
    [1200, "tts", "tts_text_aggregation_complete"],
    [1300, "tts", "tts_synthesis_start"],
    [1500, "tts", "tts_audio_playback_start"],
    [1800, "llm", "v34_ollama_received"],
    [3400, "tts", "tts_audio_playback_complete"],
  ]);
  expect(new Set(events.map(([, id]) => id)).size).toBe(1);
});

test("PipecatConverter counts once what a service and an observer both log", async () => {
  const twice = [
    at(5, "GroqLLMService#0 TTFB: 0.38"),
    at(5.001, "📊 [GroqLLMService#0] TTFB (llama): 0.38s at 5.001s"),
  ];
  expect((await convert("pipecat", twice)).events.length).toBe(2);
});

test("PipecatConverter begins a turn when the user has spoken", async () => {
  const record = (processor: string, timestamp: number, seconds: number) =>
    JSON.stringify({ kind: "ttfb", processor, timestamp, seconds });
  const turn = (start: number) =>
    ["DeepgramSTTService#0", "GroqLLMService#0", "GroqLLMService#0", "CartesiaTTSService#0"].map(
      (processor, index) => record(processor, start + index / 2, (index + 1) / 10),
    );
  const { events } = await convert("pipecat", [...turn(100), ...turn(103), ...turn(160).slice(1)]);
  const sizes = Map.groupBy(events, ([, id]) => id);
  expect([...sizes.values()].map((one) => one.length)).toEqual([8, 8, 6]);
});

test("PipecatConverter counts what looks like a metric and cannot be used", async () => {
  const refused: [string, string][] = [
    [
      "DEBUG | 📊 [GroqLLMService#0] TTFB (llama): 0.38s at 5.001s",
      "field: the line's time is not a date and a time of day",
    ],
    [
      at(5, "📊 [GroqLLMService#0] TTFB (llama): soon"),
      "field: the value is not a number of seconds",
    ],
    [
      at(5, "📊 [GroqLLMService#0] METRICS: what=1"),
      "field: the metric is not one that is known: METRICS",
    ],
    [at(5, "📊 unknown"), "field: the metric is not one that is known"],
    [
      '{"kind":"ttfb","processor":"x","seconds":1}',
      "field: timestamp is not a moment in Unix seconds",
    ],
    ['{"kind":"ttfb","processor":"x","timestamp":5}', "field: seconds is not a duration"],
    ['{"type":"metrics","data":{}}', "field: kind is not a metric of a service"],
    ['{"kind":"constructor","timestamp":5}', "field: kind is not a metric of a service"],
    ['{"kind":', "bad json: not valid JSON"],
  ];
  for (const [text, fault] of refused) {
    expect(await convert("pipecat", [text])).toEqual({ events: [], faults: [fault], asides: 0 });
  }
  expect(refused.length).toBe(9);
});

test("PipecatConverter is not slowed down by a line that is made for it", async () => {
  const lines = ["📊 [".repeat(250_000), "A ".repeat(500_000), `${"a".repeat(1_000_000)}#`];
  const { events, faults } = await convert("pipecat", lines);
  expect([events, faults.length]).toEqual([[], 1]);
});

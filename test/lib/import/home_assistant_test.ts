import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fixtures } from "../../support/binary.ts";
import { convert } from "../../support/import.ts";

const event = (type: string, second: number, data: object | null = null) => ({
  type,
  data,
  timestamp: `2025-11-27T14:30:${String(second).padStart(2, "0")}.500000+00:00`,
});
const run = [
  event("run-start", 0, { pipeline: "p", language: "en" }),
  event("stt-start", 1),
  event("stt-vad-end", 4),
  event("stt-end", 5, { stt_output: { text: "hi" } }),
  event("intent-start", 6, { engine: "conversation.ollama" }),
  event("intent-end", 8),
  event("tts-start", 9, { tts_input: "hello" }),
  event("tts-end", 10),
  event("run-end", 11),
];
const wanted = [
  [0, "stt", "stt_pause_detected"],
  [1000, "stt", "stt_transcript_finalized"],
  [2000, "intent", "v34_ollama_sent"],
  [4000, "intent", "v34_ollama_received"],
  [5000, "tts", "tts_synthesis_start"],
  [6000, "tts", "tts_audio_playback_start"],
  [7000, "run", "run_ended"],
];

test("HomeAssistantConverter reads a run however it was saved", async () => {
  const message = { id: 1, type: "result", success: true, result: { events: run } };
  const spellings: [string, string[]][] = [
    ["an event a line", run.map((one) => JSON.stringify(one))],
    ["a message a line", run.map((one) => JSON.stringify({ id: 1, type: "event", event: one }))],
    ["a result", [JSON.stringify(message)]],
    ["a result, indented", JSON.stringify(message, null, 2).split("\n")],
    ["YAML", Bun.YAML.stringify({ stage: "done", events: run }, null, 2).split("\n")],
    ["a list of runs", [JSON.stringify([{ events: run }])]],
  ];
  for (const [name, lines] of spellings) {
    const { events, faults } = await convert("homeassistant", lines);
    const shown = events.map(([ms, , service, event]) => [ms, service, event]);
    expect([name, faults, shown]).toEqual([name, [], wanted]);
    expect(new Set(events.map(([, id]) => id)).size).toBe(1);
  }
  expect(spellings.length).toBe(6);
});

test("HomeAssistantConverter calls the conversation agent llm only where a model was asked", async () => {
  const local = run.map((one) =>
    one.type === "intent-end" ? { ...one, data: { processed_locally: true } } : one,
  );
  const { events } = await convert("homeassistant", [JSON.stringify(local)]);
  expect(events.map(([, , , name]) => name).slice(2, 4)).toEqual([
    "intent_start",
    "intent_complete",
  ]);
});

test("HomeAssistantConverter keeps runs apart, and passes over those without a turn", async () => {
  const waiting = [event("run-start", 20), event("wake_word-start", 21), event("run-end", 22)];
  const later = run
    .slice(0, 4)
    .map((one) => ({ ...one, timestamp: one.timestamp.replace("14:30", "15:30") }));
  const lines = [...run.slice(0, 6), ...later, ...waiting].map((one) => JSON.stringify(one));
  const { events, faults } = await convert("homeassistant", lines);
  const sizes = Map.groupBy(events, ([, id]) => id);
  expect([...sizes.values()].map((one) => one.length)).toEqual([4, 2]);
  expect(faults).toEqual([]);
});

test("HomeAssistantConverter counts what it cannot use, and goes on", async () => {
  const bad: [string, string][] = [
    ['{"type":', "bad json: not valid JSON"],
    ["42", "not an object: no event, run or message"],
    [
      JSON.stringify(event("lights-on", 1)),
      "field: type is not the name of a pipeline event: lights-on",
    ],
    ['{"type":"stt-end","timestamp":"yesterday"}', "field: timestamp is not a moment in ISO 8601"],
    ["{}", "field: type is not the name of a pipeline event: null"],
  ];
  const good = JSON.stringify(run);
  for (const [text, fault] of bad) {
    for (const lines of [
      [good, text],
      [text, good],
    ]) {
      const { events, faults } = await convert("homeassistant", lines);
      expect([faults, events.length]).toEqual([[fault], wanted.length]);
    }
  }
  expect(bad.length).toBe(5);
});

test("HomeAssistantConverter gives the debug page's YAML a session, and counts speech as no wait", async () => {
  const text = readFileSync(join(fixtures, "import", "homeassistant.yaml"), "utf8");
  const { events, faults } = await convert("homeassistant", text.split("\n"));
  expect(faults).toEqual([]);
  expect(events[0]?.slice(2)).toEqual(["stt", "stt_pause_detected"]);
  expect(events.length).toBe(8);
});

test("HomeAssistantConverter survives YAML that holds itself, or means billions", async () => {
  const circle = await convert("homeassistant", ["events: &a", "  - *a"]);
  expect([circle.events, circle.faults]).toEqual([[], ["too deep: nested deeper than 5 levels"]]);
  const names = ["a", "b", "c", "d", "e", "f", "g", "h"];
  const bomb = names.map((name, at) => {
    const inner = at === 0 ? "x" : `*${names[at - 1]}`;
    return `${name}: &${name} [${Array(8).fill(inner).join(", ")}]`;
  });
  const { events, faults } = await convert("homeassistant", [...bomb, "events: *h"]);
  // The parser refuses it: what is no document is read line by line.
  expect([events, faults]).toEqual([[], Array(9).fill("bad json: not valid JSON")]);
});

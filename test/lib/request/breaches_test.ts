import { describe, expect, test } from "bun:test";
import type { BreachWatch } from "../../../lib/report/check_report.ts";
import { Breaches } from "../../../lib/request/breaches.ts";
import { analyzeRequest } from "../../../lib/request/describe.ts";
import { measuredOf } from "../../../lib/request/measured_request.ts";
import { eventAt } from "../../support/events.ts";

/** A turn whose llm takes so long, prefill half of it; first audio 300 ms after it. */
function turn(llmMs: number) {
  const events = [
    eventAt(0, "stt_transcript_finalized"),
    eventAt(100, "v34_ollama_sent"),
    eventAt(100 + llmMs, "v34_ollama_received", {
      metadata: { prompt_eval_duration_ms: llmMs / 2, eval_duration_ms: llmMs / 4 },
    }),
    eventAt(200 + llmMs, "tts_synthesis_start"),
    eventAt(400 + llmMs, "tts_audio_playback_start"),
    eventAt(900 + llmMs, "tts_audio_playback_complete"),
  ];
  return analyzeRequest({ id: "aaaa0001", events });
}

function read(watch: BreachWatch, llms: readonly number[]) {
  const breaches = new Breaches([watch]);
  for (const llmMs of llms) breaches.add(measuredOf(turn(llmMs)));
  const [found = []] = breaches.read();
  return found.map(({ name, requests, spenders }) => ({
    name,
    requests,
    spenders: spenders.map(({ name: who, kind, share, meanMs }) => {
      return `${who} (${kind}) ${share.toFixed(3)} ${meanMs.toFixed(0)}ms`;
    }),
  }));
}

const watch = (family: BreachWatch["family"], name: string, limitMs: number): BreachWatch => ({
  family,
  matches: (met) => met === name,
  isOver: (milliseconds) => milliseconds > limitMs,
});

describe("Breaches", () => {
  test("adds up the waits that are over a figure's limit, llm and its children as one", () => {
    expect(read(watch("figure", "voice_to_voice", 1200), [400, 1600, 3600])).toEqual([
      {
        name: "voice_to_voice",
        requests: 2,
        spenders: [
          // 5200 of 2000 + 4000 milliseconds, and 400 of synthesis.
          "llm (work) 0.867 2600ms",
          "synthesis (work) 0.067 200ms",
          "stt_transcript_finalized → v34_ollama_sent (unaccounted) 0.033 100ms",
        ],
      },
    ]);
  });

  test("looks inside a span for what it did", () => {
    expect(read(watch("span", "llm", 1000), [400, 1600])).toEqual([
      {
        name: "llm",
        requests: 1,
        spenders: [
          "prefill (work) 0.500 800ms",
          "llm (work) 0.250 400ms",
          "generation (work) 0.250 400ms",
        ],
      },
    ]);
  });

  test("finds nobody in a gap but the gap", () => {
    const name = "v34_ollama_received → tts_synthesis_start";
    expect(read(watch("gap", name, 50), [400, 400])).toEqual([
      { name, requests: 2, spenders: [`${name} (unaccounted) 1.000 100ms`] },
    ]);
  });

  test("looks at a step between two neighbours whatever covers it", () => {
    const name = "v34_ollama_sent → v34_ollama_received";
    const [found] = read(watch("step", name, 1000), [1600]);
    expect(found?.spenders[0]).toBe("prefill (work) 0.500 800ms");
  });

  test("says nothing of what is not over, and of what never occurred", () => {
    expect(read(watch("span", "llm", 9000), [400, 500])).toEqual([]);
    expect(read(watch("span", "retrieval", 0), [400])).toEqual([]);
  });

  test("keeps no more than 256 names apart", () => {
    const breaches = new Breaches([{ family: "span", matches: () => true, isOver: () => true }]);
    for (let index = 0; index < 300; index++) {
      const events = [eventAt(0, `x${index}_start`), eventAt(10, `x${index}_end`)];
      breaches.add(measuredOf(analyzeRequest({ id: "aaaa0001", events })));
    }
    expect(breaches.read()[0]?.length).toBe(256);
  });
});

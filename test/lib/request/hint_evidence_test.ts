import { describe, expect, test } from "bun:test";
import type { TimingEvent } from "../../../lib/event/timing_event.ts";
import type { HintEvidence } from "../../../lib/report/hint_evidence.ts";
import { analyzeRequest } from "../../../lib/request/describe.ts";
import { HintEvidenceBuilder } from "../../../lib/request/hint_evidence.ts";
import { type HintFacts, hintFactsOf } from "../../../lib/request/hint_facts.ts";
import { RequestSummary } from "../../../lib/request/summarize.ts";
import { eventAt } from "../../support/events.ts";

const nothing = hintFactsOf([]);

function evidenceFrom(all: readonly Partial<HintFacts>[]): HintEvidence {
  const builder = new HintEvidenceBuilder();
  for (const told of all) {
    const facts = { ...nothing, ...told };
    builder.keep(facts);
  }
  const summary = new RequestSummary();
  return builder.read(summary.read(), summary, []);
}

function evidenceOfRequests(...requests: readonly (readonly TimingEvent[])[]): HintEvidence {
  const summary = new RequestSummary();
  for (const events of requests) summary.add(analyzeRequest({ id: "aaaa0001", events }));
  return new HintEvidenceBuilder().read(summary.read(), summary, []);
}

describe("HintEvidenceBuilder", () => {
  test("knows nothing of nothing", () => {
    expect(evidenceFrom([{}, {}])).toEqual({
      requests: 0,
      stages: [],
      gaps: [],
      clocks: [],
      prefill: { n: 0, r: null, msPer1000Tokens: null },
      firstTurns: { n: 0, loaded: 0, loadMs: null },
      endOfSpeech: { n: 0, configuredMs: null, observedMs: null },
    });
  });

  test("calls turns first that come over five minutes after the answer before", () => {
    const calls: readonly [seconds: number, loadMs: number][] = [
      [1_000, 2_000],
      [1_300, 3_000],
      [1_601, 4_000],
      [1_700, 5_000],
      [2_001, 999],
      // A step back of the clock is no silence; the one after it is.
      [500, 6_000],
      [900, 3_000],
    ];
    const told = calls.map(([calledSeconds, loadMs]) => ({ calledSeconds, loadMs }));
    const quiet = told.flatMap((facts) => [facts, {}]);
    for (const all of [told, quiet]) {
      expect(evidenceFrom(all).firstTurns).toEqual({ n: 4, loaded: 3, loadMs: 3_000 });
    }
    const silent = told.map(({ calledSeconds }) => ({ calledSeconds }));
    expect(evidenceFrom(silent).firstTurns.n).toBe(0);
  });

  test("relates tokens to prefill where both are positive and possible", () => {
    const points = [100, 200, 300, 400].map((promptTokens) => ({
      promptTokens,
      prefillMs: 20 + promptTokens * 0.45,
    }));
    const { prefill } = evidenceFrom([
      ...points,
      { promptTokens: 100 },
      { prefillMs: 50 },
      { promptTokens: 100, prefillMs: 0 },
      { promptTokens: 0, prefillMs: 9 },
      { promptTokens: -5, prefillMs: 9 },
      { promptTokens: 1e30, prefillMs: 1e300 },
    ]);
    expect(prefill.n).toBe(4);
    expect(prefill.r).toBeCloseTo(1, 9);
    expect(prefill.msPer1000Tokens).toBeCloseTo(450, 6);
  });

  test("takes the silence only where both lengths are known, none below zero", () => {
    const both = [0.5, 0.7, 0.6].map((configuredSeconds) => ({
      configuredSeconds,
      observedSeconds: 2 * configuredSeconds,
    }));
    const { endOfSpeech } = evidenceFrom([
      ...both,
      { configuredSeconds: 9 },
      { observedSeconds: 9 },
      { configuredSeconds: -1, observedSeconds: 9 },
    ]);
    expect(endOfSpeech).toEqual({ n: 3, configuredMs: 600, observedMs: 1_200 });
  });

  test("tells stages that somebody works on, with their kind and how much they vary", () => {
    const turn = (ms: number) => [
      eventAt(0, "stt_pause_detected", { metadata: { pause_threshold: 1 } }),
      eventAt(0, "stt_transcript_finalized"),
      eventAt(10, "v34_webhook_received"),
      eventAt(100, "v34_ollama_sent"),
      eventAt(100 + ms, "v34_ollama_received", { metadata: { prompt_eval_duration_ms: ms / 2 } }),
      eventAt(1_000, "tts_audio_playback_start"),
      eventAt(2_000, "tts_audio_playback_complete"),
      eventAt(2_000, "beep_start", { service: "x" }),
      eventAt(2_030, "beep_end", { service: "x" }),
    ];
    const { stages, requests } = evidenceOfRequests(turn(100), turn(200), turn(400));
    expect(requests).toBe(3);
    const told = stages.map(({ name, kind, isBetweenEvents }) => [name, kind, isBetweenEvents]);
    expect(told).toEqual([
      ["finalization", "work", true],
      ["hand-off stt→v34", "hop", true],
      ["llm", "work", true],
      ["prefill", "work", false],
      ["beep", "work", true],
    ]);
    const llm = stages[2];
    expect(llm?.n).toBe(3);
    expect(llm?.minMs).toBeCloseTo(100, 3);
    expect(llm?.medianMs).toBeCloseTo(200, 3);
    expect(llm?.deviationMs).toBeCloseTo(100, 3);
  });

  test("counts the requests in which a gap occurs, not how often it does", () => {
    const [a, b] = [eventAt(0, "v34_a"), eventAt(100, "v34_b")];
    const again = [eventAt(200, "v34_a"), eventAt(400, "v34_b")];
    const { gaps } = evidenceOfRequests([a, b, ...again], [a, b], [a]);
    const found = gaps.find(({ name }) => name === "v34_a → v34_b");
    expect(found).toMatchObject({ events: ["v34_a", "v34_b"], requests: 2, share: null });
    expect(found?.medianMs).toBeCloseTo(100, 3);
    expect(gaps.length).toBe(2);
  });

  test("leaves out what is a mixture of many names", () => {
    const many = Array.from({ length: 5_000 }, (_, index) => eventAt(index, `x_${index}`));
    const { gaps } = evidenceOfRequests(many);
    expect(gaps.length).toBe(4_096);
    expect(gaps.some(({ name }) => name === "other")).toBe(false);
  });
});

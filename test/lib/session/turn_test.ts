import { describe, expect, test } from "bun:test";
import type { TimingEvent } from "../../../lib/event/timing_event.ts";
import { analyzeRequest } from "../../../lib/request/describe.ts";
import { turnOf } from "../../../lib/session/turn.ts";
import { logStart, turnEvents } from "../../support/conversation.ts";

const read = (events: readonly TimingEvent[]) => turnOf(analyzeRequest({ id: "a", events }));

describe("turnOf()", () => {
  test("reads what the events of a turn say", () => {
    const turn = read(
      turnEvents({
        id: "a",
        at: 7,
        estimate: 603,
        count: 600,
        cached: 12,
        prefillMs: 271.5,
        hasKvCache: false,
        tailMode: true,
      }),
    );
    expect(turn).toMatchObject({
      id: "a",
      startSeconds: logStart + 7,
      promptTokens: 603,
      promptEvalCount: 600,
      cachedCount: 12,
      prefillMs: 271.5,
      tailMode: true,
      hasKvCache: false,
    });
    expect(turn.totalSeconds).toBeCloseTo(3, 5);
    expect(turn.processingSeconds).toBeCloseTo(1.5, 5);
    expect(turn.voiceToVoiceSeconds).toBeCloseTo(1.5, 5);
    expect(turn.llmSeconds).toBeCloseTo(1, 5);
  });

  test("is silent about what no event says", () => {
    const [first] = turnEvents({ id: "a", at: 0 });
    expect(read(first === undefined ? [] : [first])).toMatchObject({
      voiceToVoiceSeconds: null,
      llmSeconds: null,
      promptTokens: null,
      promptEvalCount: null,
      cachedCount: null,
      prefillMs: null,
      tailMode: null,
      hasKvCache: null,
    });
  });

  test("takes values of another type, and negative counts, for absent ones", () => {
    const odd = { estimate: "603", count: -1, cached: null, prefillMs: [1], tailMode: "yes" };
    expect(read(turnEvents({ id: "a", at: 0, ...odd, hasKvCache: 1 }))).toMatchObject({
      promptTokens: null,
      promptEvalCount: null,
      cachedCount: null,
      prefillMs: null,
      tailMode: null,
      hasKvCache: null,
    });
  });

  test("sums llm over a request's calls, but never mixes the counters of two calls", () => {
    const first = turnEvents({ id: "a", at: 0, count: 600, prefillMs: 270 });
    const second = turnEvents({
      id: "a",
      at: 10,
      estimate: 700,
      count: 50,
      cached: 20,
      llmMs: 500,
    });
    const turn = read([...first, ...second]);
    expect(turn.llmSeconds).toBeCloseTo(1.5, 5);
    expect(turn).toMatchObject({
      promptTokens: 700,
      promptEvalCount: 600,
      cachedCount: null,
      prefillMs: 270,
    });
  });

  test("passes over a call that failed and reports nothing", () => {
    const failed = turnEvents({ id: "a", at: 0, estimate: 600 });
    const retried = turnEvents({ id: "a", at: 10, estimate: 601, count: 600 });
    expect(read([...failed, ...retried])).toMatchObject({
      promptTokens: 600,
      promptEvalCount: 600,
    });
  });
});

import { describe, expect, test } from "bun:test";
import { analyzeRequest } from "../../../lib/request/describe.ts";
import { describeSession } from "../../../lib/session/describe_session.ts";
import { SessionGroups } from "../../../lib/session/session_groups.ts";
import { type TurnShape, turnEvents } from "../../support/conversation.ts";

/** Describes the only conversation of some turns; `keep` says which turn numbers are chosen. */
function describeAll(
  shapes: readonly Omit<TurnShape, "id" | "at">[],
  contextTokens = 8000,
  keep: (turn: number) => boolean = () => true,
) {
  const groups = new SessionGroups(null);
  shapes.forEach((shape, index) => {
    const events = turnEvents({ session: "s", ...shape, id: `r${index + 1}`, at: index * 60 });
    const placed = groups.place(analyzeRequest({ id: `r${index + 1}`, events }));
    if (keep(placed.turnNumber)) groups.keep(placed);
  });
  const [session] = groups.sessions();
  if (session === undefined) throw new Error("no session");
  const turns = () => groups.turnsOf(session);
  return describeSession(session, turns, { coldRate: groups.coldRate(), contextTokens });
}

describe("describeSession()", () => {
  test("sets the first turn against the later ones", () => {
    const report = describeAll([{ llmMs: 3000 }, { llmMs: 1000 }, { llmMs: 2000 }]);
    expect(report.requests).toBe(3);
    expect(report.first.llmMs).toBeCloseTo(3000, 2);
    expect(report.first.processingMs).toBeCloseTo(3500, 2);
    expect(report.later.llm.n).toBe(2);
    expect(report.later.llm.mean).toBeCloseTo(1500, 2);
    expect(report.later.processing.mean).toBeCloseTo(2000, 2);
    expect(report.speedup).toBeCloseTo(2, 5);
    expect(report.llm.mean).toBeCloseTo(2000, 2);
  });

  test("cannot tell anything of later turns, growth or trend from a single turn", () => {
    const report = describeAll([{ estimate: 600, count: 600, prefillMs: 270 }]);
    expect(report.later.llm).toMatchObject({ n: 0, mean: null, p50: null });
    expect(report.later.processing).toMatchObject({ n: 0, mean: null });
    expect(report.speedup).toBeNull();
    expect(report.prompt).toEqual({
      first: 600,
      last: 600,
      mean: 600,
      tokensPerTurn: null,
      turnAtLimit: null,
    });
    expect(report.correlation).toEqual({ n: 1, r: null, msPer1000Tokens: null });
    expect(report.trend).toEqual({ n: 1, msPerTurn: null });
    expect(report.cache).toMatchObject({ miss: 1, coldPrefillMs: 270, warmPrefillMs: null });
  });

  test("tells the same turns however often they are read, of a short and of a long conversation", () => {
    for (const count of [256, 257]) {
      const shapes = Array.from({ length: count }, (_, index) => ({ llmMs: 1000 + index }));
      const { turns } = describeAll(shapes);
      const first = [...turns];
      expect(first.map(({ turn }) => turn)).toEqual(shapes.map((_, index) => index + 1));
      first.forEach((turn, index) => {
        expect(turn.llmMs).toBeCloseTo(1000 + index, 2);
      });
      expect([...turns]).toEqual(first);
    }
  });

  test("finds the turn at which the growing prompt fills the context", () => {
    const growing = [600, 700, 800].map((estimate) => ({ estimate }));
    expect(describeAll(growing, 1500).prompt).toMatchObject({
      first: 600,
      last: 800,
      mean: 700,
      tokensPerTurn: 100,
      turnAtLimit: 10,
    });
    expect(describeAll(growing, 1501).prompt.turnAtLimit).toBe(11);
    expect(describeAll(growing, 100).prompt.turnAtLimit).toBe(1);
    expect(describeAll(growing.toReversed(), 1500).prompt.turnAtLimit).toBeNull();
    const same = [700, 700, 700].map((estimate) => ({ estimate }));
    expect(describeAll(same, 1500).prompt).toMatchObject({ tokensPerTurn: 0, turnAtLimit: null });
  });

  test("fits prompt, llm and processing only over turns that have them", () => {
    const report = describeAll([
      { estimate: 1000, llmMs: 1000 },
      { llmMs: 9000 },
      { estimate: 2000, llmMs: 1500 },
      { estimate: 3000, llmMs: 2000 },
    ]);
    expect(report.correlation.n).toBe(3);
    expect(report.correlation.r).toBeCloseTo(1, 6);
    expect(report.correlation.msPer1000Tokens).toBeCloseTo(500, 2);
    expect(report.trend.n).toBe(4);
    // Over turn numbers 1, 3 and 4: the turn without an estimate keeps its place.
    expect(report.prompt.tokensPerTurn).toBeCloseTo(4500 / 7, 6);
  });

  test("counts verdicts and adds up what hits and partial hits saved", () => {
    const whole = { estimate: 1000, count: 1000 };
    const report = describeAll([
      { ...whole, prefillMs: 400 },
      { ...whole, prefillMs: 100 },
      { ...whole, prefillMs: 60 },
      { ...whole, prefillMs: 300 },
      { ...whole, prefillMs: 500 },
      { ...whole },
    ]);
    expect(report.cache).toMatchObject({ hit: 2, partial: 1, miss: 2, unknown: 1 });
    expect(report.cache.coldRate).toBeCloseTo(0.4, 12);
    expect(report.cache.coldPrefillMs).toBeCloseTo(450, 9);
    expect(report.cache.warmPrefillMs).toBeCloseTo(80, 9);
    expect(report.cache.savedMs).toBeCloseTo(300 + 340 + 100, 9);
    expect([...report.turns].map((turn) => turn.cache)).toEqual([
      "miss",
      "hit",
      "hit",
      "partial",
      "miss",
      "unknown",
    ]);
  });

  test("saves nothing below zero, and cannot tell savings without a cold rate", () => {
    const slow = { estimate: 1000, count: 1000, cached: 950, prefillMs: 900 };
    const cold = { estimate: 1000, count: 1000, prefillMs: 400 };
    expect(describeAll([cold, slow]).cache).toMatchObject({ hit: 1, savedMs: 0 });
    expect(describeAll([slow, slow]).cache).toMatchObject({ hit: 2, savedMs: null });
  });

  test("has no first turn, and true turn numbers, where only later turns were chosen", () => {
    const shapes = [0, 1, 2, 3, 4].map((index) => ({ llmMs: 1000 + index * 100 }));
    const report = describeAll(shapes, 8000, (turn) => turn > 2);
    expect(report.requests).toBe(3);
    expect(report.first).toEqual({ llmMs: null, processingMs: null });
    expect(report.later.llm.n).toBe(3);
    expect(report.speedup).toBeNull();
    expect([...report.turns].map(({ turn, id }) => [turn, id])).toEqual([
      [3, "r3"],
      [4, "r4"],
      [5, "r5"],
    ]);
    expect(report.trend.msPerTurn).toBeCloseTo(100, 2);
  });

  test("gives its turns as often as they are asked for", () => {
    const { turns } = describeAll([{}, {}]);
    expect([...turns]).toEqual([...turns]);
    expect([...turns]).toHaveLength(2);
  });
});

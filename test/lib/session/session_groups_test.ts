import { describe, expect, test } from "bun:test";
import type { JsonValue } from "../../../lib/event/timing_event.ts";
import { analyzeRequest } from "../../../lib/request/describe.ts";
import { SessionGroups } from "../../../lib/session/session_groups.ts";
import { type TurnShape, turnEvents } from "../../support/conversation.ts";

function groupAll(shapes: readonly TurnShape[], gapSeconds: number | null = null): SessionGroups {
  const groups = new SessionGroups(gapSeconds);
  for (const shape of shapes) {
    groups.keep(groups.place(analyzeRequest({ id: shape.id, events: turnEvents(shape) })));
  }
  return groups;
}

/** Sessions as `id: request ids`, an inferred one marked with `*`. */
function outline(groups: SessionGroups): string[] {
  return groups.sessions().map((session) => {
    const ids = Array.from(groups.turnsOf(session), (turn) => `${turn.id}@${turn.number}`);
    return `${session.id}${session.inferred ? "*" : ""}: ${ids.join(" ")}`;
  });
}

describe("SessionGroups", () => {
  test("takes the session from any event of a request", () => {
    const carriers = [
      "stt_transcript_finalized",
      "v34_webhook_received",
      "v34_ollama_received",
      "tts_audio_playback_complete",
    ];
    const shapes = carriers.map((sessionOn, index) => ({
      id: `r${index}`,
      at: index * 60,
      session: "one",
      sessionOn,
    }));
    expect(outline(groupAll(shapes))).toEqual(["one: r0@1 r1@2 r2@3 r3@4"]);
  });

  test("keeps conversations apart whose requests interleave, and orders them by start", () => {
    const sessions = ["b", "a", "b", "c", "a", "b"];
    const shapes = sessions.map((session, index) => ({ id: `r${index}`, at: index * 60, session }));
    expect(outline(groupAll(shapes))).toEqual(["b: r0@1 r2@2 r5@3", "a: r1@1 r4@2", "c: r3@1"]);
  });

  test("takes an id of another type for none", () => {
    const values: (JsonValue | undefined)[] = [7, "", null, true, ["s"], { id: "s" }, undefined];
    const shapes = values.map((session, index) => ({
      id: `r${index}`,
      at: index * 60,
      ...(session === undefined ? {} : { session }),
    }));
    expect(outline(groupAll(shapes))).toEqual(["unknown*: r0@1 r1@2 r2@3 r3@4 r4@5 r5@6 r6@7"]);
  });

  test("keeps a session really called unknown apart from the requests without one", () => {
    const shapes = [
      { id: "r0", at: 0 },
      { id: "r1", at: 60, session: "unknown" },
      { id: "r2", at: 120 },
      { id: "r3", at: 180, session: "unknown" },
      { id: "r4", at: 240, session: "__proto__" },
    ];
    expect(outline(groupAll(shapes))).toEqual([
      "unknown*: r0@1 r2@2",
      "unknown: r1@1 r3@2",
      "__proto__: r4@1",
    ]);
  });

  test("cuts requests without a session at silences longer than the gap", () => {
    // A turn lasts 3 seconds: from the last event at 3 to the first one at 63 it is exactly 60.
    const shapes = [0, 63, 126.001, 200, 150].map((at, index) => ({ id: `r${index}`, at }));
    expect(outline(groupAll(shapes.slice(0, 4), 60))).toEqual([
      "unknown#1*: r0@1 r1@2",
      "unknown#2*: r2@1",
      "unknown#3*: r3@1",
    ]);
    expect(outline(groupAll(shapes.slice(0, 4)))).toEqual(["unknown*: r0@1 r1@2 r2@3 r3@4"]);
  });

  test("measures a silence from the last event of all requests before it", () => {
    const long = turnEvents({ id: "r0", at: 0, llmMs: 100_000 });
    const groups = new SessionGroups(30);
    for (const [id, events] of [
      ["r0", long],
      ["r1", turnEvents({ id: "r1", at: 10 })],
      ["r2", turnEvents({ id: "r2", at: 120 })],
    ] as const) {
      groups.keep(groups.place(analyzeRequest({ id, events })));
    }
    expect(outline(groups)).toEqual(["unknown#1*: r0@1 r1@2 r2@3"]);
  });

  test("goes on finding silences after a step back of the clock", () => {
    const shapes = [100_000, 0, 100].map((at, index) => ({ id: `r${index}`, at }));
    expect(outline(groupAll(shapes, 60))).toEqual(["unknown#2*: r2@1", "unknown#1*: r0@1 r1@2"]);
  });

  test("numbers turns in the whole conversation, and lists only those that are kept", () => {
    const groups = new SessionGroups(null);
    for (let index = 0; index < 6; index++) {
      const shape = { id: `r${index}`, at: index * 60, session: index % 2 === 0 ? "a" : "b" };
      const placed = groups.place(analyzeRequest({ id: shape.id, events: turnEvents(shape) }));
      if (index === 4) groups.keep(placed);
    }
    expect(outline(groups)).toEqual(["a: r4@3"]);
  });

  test("draws the cold rate from the first turns of named sessions, whatever is kept", () => {
    const groups = new SessionGroups(60);
    const first = (session: string | null, prefillMs: number, hasKvCache = false) => ({
      id: "r",
      at: 0,
      ...(session === null ? {} : { session }),
      estimate: 100,
      count: 100,
      prefillMs,
      hasKvCache,
    });
    const place = (shape: TurnShape) =>
      groups.place(analyzeRequest({ id: shape.id, events: turnEvents(shape) }));
    expect(groups.coldRate()).toBeNull();
    place(first(null, 1));
    place(first("warm", 2, true));
    expect(groups.coldRate()).toBeNull();
    place(first("a", 40));
    place(first("a", 1));
    expect(groups.coldRate()).toBeCloseTo(0.4, 12);
    place(first("b", 60));
    expect(groups.coldRate()).toBeCloseTo(0.5, 12);
    place(first("unknown", 90));
    expect(groups.coldRate()).toBeCloseTo(0.6, 12);
  });

  test("keeps 65 536 sessions apart, tells the rest as other and counts their turns", () => {
    const groups = new SessionGroups(null);
    const [events] = [turnEvents({ id: "r", at: 0, estimate: 100, count: 100, prefillMs: 45 })];
    const { spans, gaps, figures } = analyzeRequest({ id: "r", events });
    const [template] = events;
    if (template === undefined) throw new Error("no event");
    const many = 65_536 + 500;
    for (let index = 0; index < many + 1; index++) {
      const metadata = { session_id: index === many ? "s0" : `s${index}` };
      const trace = { id: "r", events: [{ ...template, metadata }] };
      groups.keep(groups.place({ trace, spans, gaps, figures }));
    }
    const sessions = groups.sessions();
    expect(sessions).toHaveLength(65_537);
    expect(groups.folded).toBe(500);
    expect(sessions.at(-1)).toMatchObject({ id: "other", inferred: true, turns: 500 });
    expect(sessions[0]).toMatchObject({ id: "s0", inferred: false, turns: 2 });
  });

  test("bounds what an id may cost, without making one of two", () => {
    const ids = ["x".repeat(500_000), `${"x".repeat(499_999)}y`];
    const shapes = [0, 1, 0].map((which, index) => ({
      id: "x".repeat(500_000),
      at: index * 60,
      session: ids[which] ?? "",
    }));
    const groups = groupAll(shapes);
    const sessions = groups.sessions();
    expect(sessions.map((session) => session.turns)).toEqual([2, 1]);
    expect(sessions.map((session) => session.id.length)).toEqual([233, 233]);
    expect(Array.from(groups.turnsOf(sessions[0] as never), (turn) => turn.id.length)).toEqual([
      233, 233,
    ]);
  });
});

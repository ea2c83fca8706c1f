import { describe, expect, test } from "bun:test";
import type { Metadata } from "../../../lib/event/timing_event.ts";
import { traceEnd, traceSession, traceStart } from "../../../lib/request/request_trace.ts";
import { eventAt, startSeconds } from "../../support/events.ts";

function traceWith(...metadata: readonly Metadata[]) {
  const events = metadata.map((one, index) =>
    eventAt(index * 1000, "stt_hello", { metadata: one }),
  );
  return { id: "aaaa0001", events };
}

describe("a request's trace", () => {
  test("starts with its first event and ends with its last", () => {
    const trace = traceWith({}, {}, {});
    expect([traceStart(trace), traceEnd(trace)]).toEqual([startSeconds, startSeconds + 2]);
  });

  const sessions: readonly [metadata: Metadata[], session: string | null][] = [
    [[{}], null],
    [[{}, { session_id: "a" }, { session_id: "b" }], "a"],
    [[{ session_id: "" }, { session_id: "b" }], "b"],
    [[{ session_id: 7 }, { session_id: null }, { session_id: ["x"] }], null],
    [[{ session_id: 7 }, { session_id: "7" }], "7"],
    [[JSON.parse('{"__proto__": {"session_id": "x"}}')], null],
  ];

  test("belongs to the first non-empty session_id, in as many cases as the table has rows", () => {
    expect(sessions.length).toBe(6);
    for (const [metadata, session] of sessions) {
      expect(traceSession(traceWith(...metadata))).toBe(session);
    }
  });
});

/** What a table knows of open requests, as one text: whatever decides results must change it. */
import { describe, expect, test } from "bun:test";
import { PairNames } from "../../../lib/event/pair_names.ts";
import { LineScanner } from "../../../lib/event/scanner/line_scanner.ts";
import type { TimingEvent } from "../../../lib/event/timing_event.ts";
import { usualBounds } from "../../../lib/request/bounds.ts";
import { RequestTable } from "../../../lib/request/request_table.ts";
import { fingerprintOf } from "../../../lib/request/table_fingerprint.ts";
import { eventAt } from "../../support/events.ts";

const idleSeconds = 600;
const captureWidth = 2;
const scanner = new LineScanner(1024, 1024);

/** The fingerprint after a stream of events; an event named `capture` brings its metadata's `n`. */
function after(stream: readonly TimingEvent[], bounds = usualBounds): string {
  const names = new PairNames();
  const wishes = { captureWidth, sessions: true };
  const table = new RequestTable(scanner, idleSeconds, wishes, bounds);
  for (const event of stream) {
    const pair = names.numberOf(event.service, event.name);
    const brings = event.name === "capture";
    table.takeEvent(event, pair, brings ? [Number(event.metadata["n"]), Number.NaN] : null);
  }
  return fingerprintOf(scanner.engine, names);
}

const minutes = (count: number) => count * 60_000;
const before = [
  eventAt(-minutes(90), "old", { id: "gone" }),
  eventAt(-minutes(80), "capture", { id: "gone too", metadata: { n: 7 } }),
  eventAt(-minutes(70), "hello", { id: "a" }),
];
const open = [
  eventAt(0, "hello", { id: "a" }),
  eventAt(1, "capture", { id: "b", metadata: { n: 5 } }),
  eventAt(1, "hello", { id: "an id of more than sixteen bytes" }),
  eventAt(2, "bye", { id: "a", metadata: { session_id: "s" } }),
];

const without = (index: number) => open.filter((_, at) => at !== index);
const with_ = (index: number, change: Partial<TimingEvent>) =>
  open.map((event, at) => (at === index ? { ...event, ...change } : event));

describe("fingerprintOf()", () => {
  test("does not depend on what was closed before, nor on the numbers that were given then", () => {
    expect(after([...before, ...open])).toBe(after(open));
    expect(after([...before.toReversed(), ...open])).toBe(after(open));
    expect(after([...open, ...before])).not.toBe(after(open));
  });

  test("is the same whenever nothing is open, but for the time", () => {
    expect(after([])).toBe(after([]));
    expect(after([...before, ...open])).not.toBe(after(before));
  });

  const changes: readonly [what: string, stream: readonly TimingEvent[]][] = [
    ["an event less", without(0)],
    ["an event more", [...open, eventAt(2, "hello", { id: "b" })]],
    ["another id", with_(0, { requestId: "c" })],
    ["another long id", with_(2, { requestId: "an id of more than sixteen bytez" })],
    ["another name", with_(3, { name: "hello" })],
    ["another service", with_(3, { service: "elsewhere" })],
    ["another time", with_(0, { timestampSeconds: (open[0]?.timestampSeconds ?? 0) - 1e-6 })],
    ["another number", with_(1, { metadata: { n: 6 } })],
    ["no number", with_(1, { metadata: {} })],
    ["another session", with_(3, { metadata: { session_id: "t" } })],
    ["a session told earlier", with_(0, { metadata: { session_id: "s" } })],
    ["no session", with_(3, { metadata: {} })],
    ["another order of arrival", [1, 0, 2, 3].flatMap((at) => open[at] ?? [])],
    ["another order of opening", [0, 2, 1, 3].flatMap((at) => open[at] ?? [])],
    ["a later highest timestamp", [...open, ...late(minutes(5))]],
  ];

  test.each(changes)("changes with %s", (_, stream) => {
    expect(after(stream)).not.toBe(after(open));
  });

  test("met fifteen changes, all different", () => {
    expect(new Set(changes.map(([, stream]) => after(stream))).size).toBe(15);
  });

  test("changes with the highest timestamp, though its event's request is closed", () => {
    const bounds = { ...usualBounds, openRequests: 1, waitingRequests: 0 };
    const afterLate = (offsetMs: number) =>
      after([eventAt(offsetMs, "late", { id: "closed early" }), eventAt(0, "x")], bounds);
    expect(afterLate(minutes(4))).toBe(afterLate(minutes(4)));
    expect(afterLate(minutes(4))).not.toBe(afterLate(minutes(4) + 1));
  });

  test("changes with what is closed and waits for an older request", () => {
    const held = (id: string, bye: string) =>
      after([
        eventAt(0, "x", { id: "long" }),
        eventAt(1, "x", { id }),
        eventAt(minutes(9), bye, { id: "long" }),
        eventAt(minutes(14), "x", { id: "other" }),
      ]);
    expect(held("short", "x")).toBe(held("short", "x"));
    expect(held("short", "x")).not.toBe(held("shirt", "x"));
    // Nothing of a request that has been handed out.
    const gone = (id: string) => after([eventAt(0, "x", { id }), eventAt(minutes(14), "x")]);
    expect(gone("short")).toBe(gone("shirt"));
  });

  test("tells apart requests of one id", () => {
    const apart = [eventAt(0, "x"), eventAt(minutes(10.5), "x")];
    const joined = [eventAt(0, "x"), eventAt(minutes(9.5), "x")];
    expect(after(apart)).not.toBe(after(joined));
  });
});

/** An event that comes and, once it is closed, leaves nothing but its time behind. */
function late(offsetMs: number): TimingEvent[] {
  return [eventAt(offsetMs, "late", { id: "late" })];
}

import { describe, expect, test } from "bun:test";
import { isBefore, LateEvents, TooManyLateError } from "../../../lib/log/late_events.ts";
import { eventAt, startSeconds } from "../../support/events.ts";

describe("LateEvents", () => {
  test("gives out the earliest of the files' next events, each file in its own order", () => {
    const late = new LateEvents();
    for (const at of [30, 10, 50]) late.add(0, eventAt(at, `a${at}`));
    for (const at of [20, 30, 40]) late.add(1, eventAt(at, `b${at}`));
    const found: string[] = [];
    const take = (ms: number, index: number) => {
      const event = late.takeBefore(startSeconds + ms / 1000, index);
      if (event !== null) found.push(event.name);
      return event !== null;
    };
    while (take(30, 2));
    expect(found).toEqual(["b20", "a30", "a10", "b30"]);
    expect(take(40, 1)).toBe(false);
    while (take(60, 0));
    expect(found.slice(4)).toEqual(["b40", "a50"]);
    expect(late.isEmpty).toBe(true);
  });

  test("has room for 10 000 events, which comes free as they are given out", () => {
    const late = new LateEvents();
    for (let at = 0; at < 10_000; at++) late.add(0, eventAt(at, "x"));
    expect(() => late.add(0, eventAt(0, "x"))).toThrow(TooManyLateError);
    const other = new LateEvents();
    for (let at = 0; at < 25_000; at++) {
      other.add(0, eventAt(at, "x"));
      if (at % 5 !== 0) other.takeBefore(Number.POSITIVE_INFINITY, 1);
    }
    expect(other.isEmpty).toBe(false);
  });
});

test("isBefore() goes by time, then by the file's place", () => {
  const cases = [
    [1, 5, 2, 0, true],
    [2, 0, 1, 5, false],
    [1, 0, 1, 1, true],
    [1, 1, 1, 0, false],
    [1, 1, 1, 1, false],
  ] as const;
  for (const [a, indexA, b, indexB, wanted] of cases) {
    expect(isBefore(a, indexA, b, indexB)).toBe(wanted);
  }
  expect(cases.length).toBe(5);
});

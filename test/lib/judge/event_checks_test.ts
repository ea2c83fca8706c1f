import { describe, expect, test } from "bun:test";
import { judgeEvents } from "../../../lib/judge/event_checks.ts";
import type { EventHealthReport, Verdict } from "../../../lib/report/doctor_report.ts";
import type { LogReport } from "../../../lib/report/log_report.ts";

const now = 1_764_253_805;

const health: EventHealthReport = {
  lastSeconds: now - 4,
  writers: [
    { service: "stt", events: 1, lastSeconds: now - 4 },
    { service: "v34", events: 20, lastSeconds: now - 130 },
  ],
  clocks: [],
  offsets: [],
  reversed: [],
  future: { events: 0, services: [], aheadSeconds: 0 },
};

const noProblem = { field: 0, "bad json": 0, "torn tail": 0 };

const log: LogReport = {
  files: ["x.log"],
  scope: "whole",
  bytes: 1,
  bytesRead: 1,
  lines: 100,
  events: 100,
  requests: 1,
  recovered: 0,
  blank: 0,
  nulHoles: 0,
  closedEarly: 0,
  folded: 0,
  fallbackLines: 0,
  problems: { total: 0, kinds: noProblem, first: [] },
};

function problems(kinds: Partial<typeof noProblem>): LogReport["problems"] {
  const total = Object.values(kinds).reduce((sum, count) => sum + count, 0);
  return { total, kinds: { ...noProblem, ...kinds }, first: [] };
}

const offset = (lowestMs: number, highestMs: number) => ({
  from: "stt",
  to: "v34",
  exchanges: 100,
  conflicts: 6,
  odd: 0,
  stretches: [{ fromSeconds: 1, untilSeconds: 2, exchanges: 100, lowestMs, highestMs }],
});

const clock = (n: number, of: number) => [{ name: "stt→v34", n, of, medianMs: 48.2 }];

test("judgeEvents() finds nothing to say of a healthy log", () => {
  const checks = judgeEvents(health, log, 0, now);
  expect(checks.map(({ name, value }) => `${name}: ${value}`)).toEqual([
    "events: 100 events of 1 request, the last 4s ago",
    "last hour: stt 1 event (4s ago), v34 20 events (2m ago)",
    "clocks: no disagreement seen",
    "order: every cause before its effect",
    "future: no event is newer than now",
    "problems: none",
  ]);
  for (const check of checks) expect(check).toMatchObject({ verdict: "good", advice: null });
});

interface Case {
  readonly name: string;
  readonly health?: Partial<EventHealthReport>;
  readonly log?: Partial<LogReport>;
  readonly archives?: number;
  readonly finds: readonly [check: string, verdict: Verdict, value: string, advice?: string];
}

const cases: readonly Case[] = [
  {
    name: "an empty log",
    log: { events: 0 },
    finds: ["events", "care", "none", "No event was ever"],
  },
  {
    name: "a log that has just been rotated",
    log: { events: 0 },
    archives: 1,
    finds: ["events", "note", "none since the last rotation", "If services should be writing"],
  },
  {
    name: "an hour without writers",
    health: { writers: [] },
    finds: ["last hour", "note", "no writer", "compare the path"],
  },
  {
    name: "clocks that disagree",
    health: { clocks: clock(6, 100) },
    finds: ["clocks", "care", "stt→v34 6 of 100, median 48ms", "synchronise them"],
  },
  {
    name: "clocks whose distance is known",
    health: { clocks: clock(6, 100), offsets: [offset(-54, -44), offset(-2, 5)] },
    finds: ["clocks", "care", "6 of 100", "that much; v34 is 44ms to 54ms behind stt; synchronise"],
  },
  {
    name: "clocks that hardly ever disagree",
    health: { clocks: clock(5, 100) },
    finds: ["clocks", "note", "stt→v34 5 of 100", "disagree"],
  },
  {
    name: "effects before causes",
    health: { reversed: [{ name: "llm", n: 1, of: 1, medianMs: 3 }] },
    finds: ["order", "care", "llm 1 of 1, median 3ms", "a clock was set back"],
  },
  {
    name: "one effect before its cause among many",
    health: { reversed: [{ name: "llm", n: 1, of: 20, medianMs: 3 }] },
    finds: ["order", "note", "llm 1 of 20", "a clock was set back"],
  },
  {
    name: "the future",
    health: { future: { events: 2, services: ["tts"], aheadSeconds: 59.2 } },
    finds: ["future", "care", "2 events of tts, up to 60s ahead", "runs ahead"],
  },
  {
    name: "a damaged log",
    log: { problems: problems({ field: 2, "bad json": 4 }) },
    finds: ["problems", "care", "2 field, 4 bad json in 100 lines", "Over 5 %"],
  },
  {
    name: "a slightly damaged log",
    log: { problems: problems({ field: 1, "bad json": 4 }) },
    finds: ["problems", "note", "1 field, 4 bad json in 100 lines", "passed over"],
  },
  {
    name: "a hole",
    log: { nulHoles: 1 },
    finds: ["problems", "note", "1 hole of NUL bytes in 100 lines", "passed over"],
  },
  {
    name: "a line that is just being written",
    log: { problems: problems({ "torn tail": 1 }) },
    finds: ["problems", "good", "1 torn tail in 100 lines, as is normal"],
  },
  {
    name: "two lines that are just being written",
    log: { problems: problems({ "torn tail": 2 }) },
    finds: ["problems", "note", "2 torn tail in 100 lines", "passed over"],
  },
  {
    name: "a line being written beside a damaged one",
    log: { problems: problems({ "torn tail": 1, field: 1 }) },
    finds: ["problems", "note", "1 field, 1 torn tail", "passed over"],
  },
];

describe("judgeEvents()", () => {
  let met = 0;
  for (const one of cases) {
    test(`has a word on ${one.name}`, () => {
      met++;
      const [check, verdict, value, advice] = one.finds;
      const checks = judgeEvents(
        { ...health, ...one.health },
        { ...log, ...one.log },
        one.archives ?? 0,
        now,
      );
      const found = checks.find(({ name }) => name === check);
      expect(found?.verdict).toBe(verdict);
      expect(found?.value).toContain(value);
      if (advice === undefined) expect(found?.advice).toBeNull();
      else expect(found?.advice).toContain(advice);
      expect(found?.advice ?? "").not.toMatch(/\.$/);
    });
  }

  test("met every case", () => {
    expect(met).toBe(15);
  });

  test("lists eight names and counts the rest", () => {
    const writers = Array.from({ length: 11 }, (_, index) => ({
      service: `s${index}`,
      events: 1,
      lastSeconds: now,
    }));
    const [, lastHour] = judgeEvents({ ...health, writers }, log, 0, now);
    expect(lastHour?.value).toEndWith("s7 1 event (0s ago) and 3 more");
  });
});

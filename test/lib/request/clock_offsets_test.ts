import { describe, expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { type ClockPairReport, disagrees } from "../../../lib/report/clock_report.ts";
import { findExchanges } from "../../../lib/request/causal_links.ts";
import { ClockOffsets } from "../../../lib/request/clock_offsets.ts";
import { type RequestTrace, traceInstants } from "../../../lib/request/request_trace.ts";
import { analyzeFiles } from "../../support/analysis.ts";
import { fixtures } from "../../support/binary.ts";
import { eventAt, startSeconds } from "../../support/events.ts";
import { skewedTurns, turnMs } from "../../support/skewed_log.ts";

function gather(traces: readonly RequestTrace[]): ClockOffsets {
  const offsets = new ClockOffsets();
  for (const trace of traces) offsets.add(findExchanges(trace.events), traceInstants(trace));
  return offsets;
}

function pairOf(traces: readonly RequestTrace[], from = "stt"): ClockPairReport {
  const pair = gather(traces)
    .read()
    .find((one) => one.from === from);
  if (pair === undefined) throw new Error(`no pair from ${from}`);
  return pair;
}

describe("the offset of two clocks", () => {
  test("30 ms behind is detected, and sized within an interval that holds it", () => {
    const pair = pairOf(skewedTurns({ turns: 40, clocks: () => ({ v34: -30 }) }));
    expect(pair).toMatchObject({ from: "stt", to: "v34", exchanges: 40, conflicts: 40, odd: 0 });
    const [stretch] = pair.stretches;
    expect(pair.stretches.length).toBe(1);
    expect(stretch && disagrees(stretch)).toBe(true);
    expect(stretch?.lowestMs).toBeLessThan(-30);
    expect(stretch?.highestMs).toBeGreaterThan(-30);
    // Forward at least 5 ms, back at least 5 ms: no more than that is left of the doubt.
    expect((stretch?.highestMs ?? 0) - (stretch?.lowestMs ?? 0)).toBeLessThan(12);
  });

  test("is also found where the called service is ahead: its answer comes too early", () => {
    const pair = pairOf(skewedTurns({ turns: 40, clocks: () => ({ v34: 30 }) }));
    expect(pair.stretches.map(disagrees)).toEqual([true]);
    expect(pair.stretches[0]?.lowestMs).toBeGreaterThan(20);
    const ways = gather(skewedTurns({ turns: 40, clocks: () => ({ v34: 30 }) })).readConflicts();
    expect(ways).toMatchObject([
      { name: "v34→stt", n: 40, of: 40, medianMs: expect.closeTo(24, -1) },
      { name: "v34→tts", n: 40, of: 40, medianMs: expect.closeTo(28, -1) },
    ]);
  });

  test("lies within its interval whatever it is", () => {
    let detected = 0;
    for (let seed = 1; seed <= 200; seed++) {
      const offset = (seed - 100) * 3.7;
      const { stretches } = pairOf(
        skewedTurns({ turns: 20, clocks: () => ({ v34: offset }), seed }),
      );
      expect([seed, stretches.length]).toEqual([seed, 1]);
      expect(stretches[0]?.lowestMs ?? 0).toBeLessThanOrEqual(offset);
      expect(stretches[0]?.highestMs ?? 0).toBeGreaterThanOrEqual(offset);
      if (stretches.some(disagrees)) detected++;
      else expect(Math.abs(offset)).toBeLessThan(10);
    }
    expect(detected).toBeGreaterThan(190);
  });

  test("that jumps in the midst of the log has an interval before and one after", () => {
    let found = 0;
    for (let seed = 1; seed <= 100; seed++) {
      const clocks = (turn: number) => ({ v34: turn < 25 ? 12 : -45 });
      const { stretches } = pairOf(skewedTurns({ turns: 60, clocks, seed }));
      expect([seed, stretches.length]).toEqual([seed, 2]);
      const jumpSeconds = startSeconds + (25 * turnMs) / 1000 - turnMs / 2000;
      for (const { fromSeconds, untilSeconds, lowestMs, highestMs } of stretches) {
        const isBefore = untilSeconds < jumpSeconds;
        expect(isBefore || fromSeconds > jumpSeconds).toBe(true);
        const offset = isBefore ? 12 : -45;
        expect([seed, (lowestMs ?? 0) <= offset && offset <= (highestMs ?? 0)]).toEqual([
          seed,
          true,
        ]);
        found++;
      }
    }
    expect(found).toBe(200);
  });

  test("stays one where a clock is set in the midst of a request", () => {
    const clocks = (turn: number) => ({ v34: turn < 20 ? 0 : -40 });
    const turns = skewedTurns({ turns: 40, clocks });
    const [inMidst] = turns.slice(20, 21);
    // Its events before the setting are those of the clock as it was.
    const events = inMidst?.events.map((event) =>
      event.name === "v34_flask_handler_entry"
        ? { ...event, timestampSeconds: event.timestampSeconds + 0.04 }
        : event,
    );
    const all = turns.map((turn, index) =>
      index === 20 ? { ...turn, events: events ?? [] } : turn,
    );
    const { stretches } = pairOf(all);
    expect(stretches.map(({ exchanges }) => exchanges)).toEqual([20, 19]);
  });

  test("has one bound where no answer comes back", () => {
    const pair = pairOf(skewedTurns({ turns: 20, clocks: () => ({ tts: -30 }) }), "v34");
    expect(pair.stretches).toMatchObject([{ lowestMs: null }]);
    expect(pair.stretches[0]?.highestMs).toBeLessThan(-26);
  });
});

describe("no false alarm is raised", () => {
  test("over the sample logs", async () => {
    let pairs = 0;
    for (const name of readdirSync(fixtures).filter((file) => file.endsWith(".log"))) {
      const { clocks, hints } = await analyzeFiles([join(fixtures, name)]);
      for (const { stretches, odd, conflicts } of clocks) {
        pairs++;
        expect([name, stretches.length, stretches.some(disagrees)]).toEqual([name, 1, false]);
        expect([odd, conflicts]).toEqual([0, 0]);
      }
      expect(hints.filter(({ rule }) => rule === "clock_conflict")).toEqual([]);
    }
    expect(pairs).toBe(10);
  });

  test("over a service that answers first and works then", () => {
    const turns = skewedTurns({ turns: 50, clocks: () => ({}), answersEarly: true });
    const offsets = gather(turns);
    const pair = offsets.read().find(({ from }) => from === "stt");
    expect(pair?.stretches.some(disagrees)).toBe(false);
    expect(pair?.conflicts).toBe(0);
    expect(offsets.readConflicts()).toEqual([]);
    // Still enough to find a clock that is wrong.
    const wrong = pairOf(
      skewedTurns({ turns: 50, clocks: () => ({ v34: -30 }), answersEarly: true }),
    );
    expect(wrong.stretches.some(disagrees)).toBe(true);
    expect(wrong.stretches[0]?.lowestMs).toBeLessThan(-30);
  });

  test("over such a service's work that now and then is done before its answer arrives", () => {
    const turnWith = (index: number, receivedMs: number) => {
      const at = (offsetMs: number, name: string) => eventAt(index * turnMs + offsetMs, name);
      const events = [
        at(0, "stt_http_request_start"),
        at(6, "v34_webhook_received"),
        at(8, "stt_http_response_received"),
        at(receivedMs, "v34_ollama_received"),
      ];
      return { id: `t${index}`, events };
    };
    // 2 ms late could be a clock that is wrong; 500 ms cannot.
    const offsets = gather([10, 10, 500, 500, 500, 10].map((ms, index) => turnWith(index, ms)));
    expect(offsets.readConflicts()).toEqual([]);
    expect(offsets.read()).toMatchObject([{ exchanges: 6, conflicts: 0, odd: 3 }]);
    expect(offsets.read()[0]?.stretches.some(disagrees)).toBe(false);
  });

  test("over a hop that takes no time, or less than writers can write", () => {
    for (const size of [0, -0.001]) {
      const events = [eventAt(0, "stt_sending_to_v34"), eventAt(size, "v34_webhook_received")];
      events.sort((a, b) => a.timestampSeconds - b.timestampSeconds);
      const { stretches } = pairOf([{ id: "a", events }]);
      expect(stretches.map(disagrees)).toEqual([false]);
    }
  });
});

test("pairs beyond 256 are not looked at", () => {
  const traces = Array.from({ length: 300 }, (_, index) => ({
    id: "a",
    events: [
      eventAt(0, "stt_sending_to_v34", { service: `s${index}` }),
      eventAt(1, "v34_webhook_received"),
    ],
  }));
  expect(gather(traces).read().length).toBe(256);
});

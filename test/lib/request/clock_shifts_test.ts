import { describe, expect, test } from "bun:test";
import { findExchanges } from "../../../lib/request/causal_links.ts";
import { ClockOffsets } from "../../../lib/request/clock_offsets.ts";
import { ClockShifts, uncertaintyBetween } from "../../../lib/request/clock_shifts.ts";
import { type RequestTrace, traceInstants } from "../../../lib/request/request_trace.ts";
import { type Clocks, skewedTurns } from "../../support/skewed_log.ts";

/** Turns as clocks show them, as they are corrected, and as they were. */
function correctTurns(clocks: Clocks, turns = 40) {
  const logged = skewedTurns({ turns, clocks });
  const truth = skewedTurns({ turns, clocks: () => ({}) });
  const offsets = new ClockOffsets();
  for (const trace of logged) offsets.add(findExchanges(trace.events), traceInstants(trace));
  const shifts = new ClockShifts(offsets.read());
  const corrected = logged.map((trace) => shifts.correct(trace));
  return { logged, corrected, truth };
}

/** How far events of a service are from where they were, at most, milliseconds. */
function largestError(traces: readonly RequestTrace[], truth: readonly RequestTrace[]): number {
  const errors = traces.flatMap((trace, index) =>
    trace.events.map((event) => {
      const real = truth[index]?.events.find(({ name }) => name === event.name);
      return Math.abs(event.timestampSeconds - (real?.timestampSeconds ?? Number.NaN)) * 1000;
    }),
  );
  expect(errors.length).toBe(traces.length * 10);
  return Math.max(...errors);
}

const shiftedServices = (traces: readonly RequestTrace[]) =>
  traces.map(({ shifts }) => [...(shifts?.keys() ?? [])].join());

describe("ClockShifts corrects", () => {
  test("a service that is behind by the middle of its interval, and says so", () => {
    const { logged, corrected, truth } = correctTurns(() => ({ v34: -30 }));
    expect(largestError(logged, truth)).toBeGreaterThan(29);
    expect(largestError(corrected, truth)).toBeLessThan(5);
    expect(new Set(shiftedServices(corrected))).toEqual(new Set(["v34"]));
    const shift = corrected[0]?.shifts?.get("v34");
    const { lowSeconds = 0, highSeconds = 0 } = shift ?? {};
    expect(shift?.offsetSeconds).toBeCloseTo((lowSeconds + highSeconds) / 2, 2);
    expect(lowSeconds < -0.03 && -0.03 < highSeconds).toBe(true);
    for (const { events } of corrected) {
      const instants = events.map(({ timestampSeconds }) => timestampSeconds);
      expect(instants).toEqual([...instants].sort((a, b) => a - b));
    }
  });

  test("nothing where no effect comes before its cause", () => {
    const { logged, corrected } = correctTurns(() => ({ v34: 2 }));
    expect(corrected).toEqual(logged);
    expect(corrected.every((trace, index) => trace === logged[index])).toBe(true);
  });

  test("the one service that differs, not the two that agree", () => {
    // Speech-to-text on one system, the others on another: their hop of 1 ms allows no shift of v34 alone.
    const { corrected } = correctTurns(() => ({ stt: 60 }));
    expect(new Set(shiftedServices(corrected))).toEqual(new Set(["stt"]));
    const [shift] = corrected[0]?.shifts?.values() ?? [];
    expect(shift?.offsetSeconds).toBeCloseTo(0.06, 2);
  });

  test("each time between two settings of a clock by itself", () => {
    const clocks: Clocks = (turn) => ({ v34: turn < 20 ? -30 : -90 });
    const { corrected, truth } = correctTurns(clocks);
    const known = corrected.filter(({ shifts }) => shifts !== undefined);
    expect(known.length).toBeGreaterThanOrEqual(39);
    expect(largestError(corrected, truth)).toBeLessThan(7);
    const offsets = corrected.map(({ shifts }) => shifts?.get("v34")?.offsetSeconds ?? 0);
    expect(offsets[0]).toBeCloseTo(-0.03, 2);
    expect(offsets[39]).toBeCloseTo(-0.09, 2);
  });

  test("only the time in which clocks disagreed", () => {
    const { corrected, logged } = correctTurns((turn) => ({ v34: turn < 20 ? 0 : -50 }));
    expect(shiftedServices(corrected.slice(0, 20))).toEqual(Array(20).fill(""));
    expect(corrected.slice(0, 20)).toEqual(logged.slice(0, 20));
    expect(shiftedServices(corrected.slice(20))).toEqual(Array(20).fill("v34"));
  });

  test("requests before the first that tells of clocks and after the last, but none without the service", () => {
    const logged = skewedTurns({ turns: 12, clocks: () => ({ v34: -30 }) });
    const offsets = new ClockOffsets();
    for (const trace of logged.slice(4, 8)) {
      offsets.add(findExchanges(trace.events), traceInstants(trace));
    }
    const shifts = new ClockShifts(offsets.read());
    expect(shiftedServices(logged.map((trace) => shifts.correct(trace)))).toEqual(
      Array(12).fill("v34"),
    );
    const silent = { id: "a", events: (logged[5]?.events ?? []).slice(-2) };
    expect(silent.events.map(({ service }) => service)).toEqual(["tts", "tts"]);
    expect(shifts.correct(silent)).toBe(silent);
  });

  test("the service that is asked, whatever the services are called", () => {
    const logged = skewedTurns({ turns: 20, clocks: () => ({ v34: -30 }) }).map((trace) => ({
      ...trace,
      events: trace.events.map((event) =>
        event.service === "v34" ? { ...event, service: "brain" } : event,
      ),
    }));
    const offsets = new ClockOffsets();
    for (const trace of logged) offsets.add(findExchanges(trace.events), traceInstants(trace));
    const shifts = new ClockShifts(offsets.read());
    expect(shiftedServices(logged.map((trace) => shifts.correct(trace)))).toEqual(
      Array(20).fill("brain"),
    );
  });

  test("no clock of which only one bound is known", () => {
    const { corrected, logged } = correctTurns(() => ({ tts: -30 }));
    expect(corrected).toEqual(logged);
  });
});

test("uncertaintyBetween() is that of the clocks that were shifted", () => {
  const shift = { offsetSeconds: -0.03, lowSeconds: -0.035, highSeconds: -0.025 };
  const shifts = new Map([
    ["v34", shift],
    ["tts", { ...shift, highSeconds: -0.015 }],
  ]);
  expect(uncertaintyBetween(shifts, "stt", "v34")).toBeCloseTo(0.01, 6);
  expect(uncertaintyBetween(shifts, "v34", "tts")).toBeCloseTo(0.03, 6);
  expect(uncertaintyBetween(shifts, "v34", "v34")).toBeNull();
  expect(uncertaintyBetween(shifts, "stt", "other")).toBeNull();
  expect(uncertaintyBetween(shifts, undefined, "v34")).toBeNull();
  expect(uncertaintyBetween(undefined, "stt", "v34")).toBeNull();
});

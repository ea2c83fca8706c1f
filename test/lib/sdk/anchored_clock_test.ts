import { describe, expect, test } from "bun:test";
import { AnchoredClock } from "../../../lib/sdk/anchored_clock.ts";

const startMs = 1_764_253_805_252;

/** A pair of clocks that a test sets: true time, the step of the wall clock, and hold-ups. */
class FakeClocks {
  trueMs = startMs;
  stepMs = 0;
  /** How long the thread is held up between its next reading of the wall clock and what follows. */
  heldUpMs = 0;

  readonly clock = new AnchoredClock(
    () => {
      const wallMs = this.wallMs;
      this.trueMs += this.heldUpMs;
      this.heldUpMs = 0;
      return Math.floor(wallMs);
    },
    () => this.trueMs - startMs,
    startMs,
  );

  get wallMs(): number {
    return this.trueMs + this.stepMs;
  }

  errorMs(): number {
    return this.clock.nowSeconds() * 1000 - this.wallMs;
  }
}

describe("AnchoredClock", () => {
  test("nowSeconds() counts microseconds, which the wall clock does not", () => {
    const clocks = new FakeClocks();
    clocks.trueMs += 1234.567;
    expect(clocks.clock.nowSeconds()).toBeCloseTo((startMs + 1234.567) / 1000, 6);
  });

  const stepsMs = [3_600_000, -3_600_000, 6, -6, 80_000.4, -80_000.4];
  test.each(stepsMs)(
    "nowSeconds() follows a step of the wall clock by %d ms within 5 ms",
    (step) => {
      const clocks = new FakeClocks();
      clocks.trueMs += 500.25;
      expect(Math.abs(clocks.errorMs())).toBeLessThan(0.001);
      clocks.stepMs = step;
      let calls = 0;
      for (; calls < 100; calls++) {
        clocks.trueMs += 7.013;
        expect(Math.abs(clocks.errorMs())).toBeLessThanOrEqual(5);
      }
      expect(calls).toBe(100);
      expect(stepsMs).toHaveLength(6);
    },
  );

  test("nowSeconds() draws closer than a millisecond after a step, call by call", () => {
    const clocks = new FakeClocks();
    clocks.stepMs = -60_000.5;
    for (let call = 0; call < 200; call++) {
      clocks.trueMs += 7.013;
      clocks.clock.nowSeconds();
    }
    expect(Math.abs(clocks.errorMs())).toBeLessThan(0.05);
  });

  test("nowSeconds() does not take a hold-up of its thread for a step", () => {
    const clocks = new FakeClocks();
    clocks.trueMs += 100.75;
    clocks.heldUpMs = 40;
    expect(Math.abs(clocks.errorMs())).toBeLessThan(0.001);
    clocks.trueMs += 100;
    expect(Math.abs(clocks.errorMs())).toBeLessThan(0.001);
  });

  test("nowSeconds() never runs backwards while no clock is stepped", () => {
    const clocks = new FakeClocks();
    let last = 0;
    let calls = 0;
    for (; calls < 1000; calls++) {
      clocks.trueMs += 0.317;
      if (calls % 10 === 0) clocks.heldUpMs = 3;
      const now = clocks.clock.nowSeconds();
      expect(now).toBeGreaterThan(last);
      last = now;
    }
    expect(calls).toBe(1000);
  });
});

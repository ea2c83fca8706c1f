import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { toMicroseconds } from "../../../lib/units/microseconds.ts";

describe("toMicroseconds()", () => {
  test("tells every microsecond until 2100", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4_102_444_800_000_000 }), (micros) => {
        const digits = String(micros).padStart(7, "0");
        expect(toMicroseconds(Number(`${digits.slice(0, -6)}.${digits.slice(-6)}`))).toBe(micros);
      }),
      { numRuns: 2000 },
    );
  });

  test.each([
    [-1, 0],
    [-0.0000001, 0],
    [-1e300, 0],
    [1e300, Number.MAX_SAFE_INTEGER],
    [9_007_199_255, Number.MAX_SAFE_INTEGER],
  ])("of %p seconds is %p", (seconds, micros) => {
    expect(toMicroseconds(seconds)).toBe(micros);
  });
});

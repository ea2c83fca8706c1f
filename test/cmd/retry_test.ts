import { describe, expect, test } from "bun:test";
import { isRetryable, parseRetryAfter, retryDelayMs, usualRetries } from "../../cmd/_retry.ts";

describe("isRetryable()", () => {
  test("is true of four statuses only", () => {
    const statuses = Array.from({ length: 500 }, (_, index) => 100 + index);
    expect(statuses.filter(isRetryable)).toEqual([429, 502, 503, 504]);
  });
});

describe("retryDelayMs()", () => {
  const delays = (random: number) =>
    [1, 2, 3, 4, 5, 6, 7].map((tried) => retryDelayMs(tried, null, usualRetries, random));

  test("doubles up to a limit, and leaves out a random half", () => {
    expect(delays(1)).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
    expect(delays(0)).toEqual([500, 1000, 2000, 4000, 8000, 15_000, 15_000]);
  });

  test("is what the server asks for, if it does", () => {
    expect(retryDelayMs(1, 7000, usualRetries, 0)).toBe(7000);
    expect(retryDelayMs(5, 0, usualRetries, 1)).toBe(0);
  });
});

describe("parseRetryAfter()", () => {
  const nowMs = Date.UTC(2025, 10, 27, 14, 30, 0);

  test.each<[string | null, number | null]>([
    [null, null],
    ["", null],
    ["0", 0],
    ["7", 7000],
    [" 120 ", 120_000],
    ["1.5", null],
    ["-1", null],
    ["soon", null],
    ["Thu, 27 Nov 2025 14:30:09 GMT", 9000],
    ["Thu, 27 Nov 2025 14:29:00 GMT", 0],
    ["Thu, 99 Nov 2025 14:30:09 GMT", null],
    ["2025-11-27T14:30:09Z", null],
  ])("of %p is %p", (header, milliseconds) => {
    expect(parseRetryAfter(header, nowMs)).toBe(milliseconds);
  });
});

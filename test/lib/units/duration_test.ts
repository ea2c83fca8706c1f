import { describe, expect, test } from "bun:test";
import { UsageError } from "../../../lib/error.ts";
import {
  formatAge,
  formatMilliseconds,
  formatSeconds,
  formatSetting,
  formatTime,
  parseDuration,
  requireDuration,
} from "../../../lib/units/duration.ts";

const durations: readonly [text: string, seconds: number][] = [
  ["250ms", 0.25],
  ["1.5s", 1.5],
  ["0s", 0],
  ["10m", 600],
  ["0.5m", 30],
  ["2h", 7_200],
  ["7d", 604_800],
  ["100us", 0.0001],
  ["100µs", 0.0001],
  ["007s", 7],
];

const refused = [
  "",
  "5",
  "s",
  "1 s",
  "-1s",
  "+1s",
  "1e3s",
  ".5s",
  "1.s",
  "1,5s",
  "1S",
  "1sec",
  "1m30s",
  "NaNs",
  "Infinitys",
  "1s\n",
  "١s",
];

describe("parseDuration()", () => {
  test("reads numbers with a unit, as many as the table has rows", () => {
    expect(durations.length).toBe(10);
    for (const [text, seconds] of durations) expect(parseDuration(text)).toBeCloseTo(seconds, 12);
  });

  test("is null for anything else", () => {
    expect(refused.length).toBe(17);
    for (const text of refused) expect([text, parseDuration(text)]).toEqual([text, null]);
  });
});

test("requireDuration() refuses with the option, the value and the way out", () => {
  expect(requireDuration("10m", "--idle")).toBe(600);
  expect(() => requireDuration("10", "--idle")).toThrow(
    new UsageError('Cannot use "10" for --idle: write a duration such as 250ms, 1.5s or 10m'),
  );
});

describe("formatMilliseconds()", () => {
  const written: readonly [milliseconds: number, text: string][] = [
    [0, "0ms"],
    [102.4, "102ms"],
    [102.5, "103ms"],
    [1, "1ms"],
    [1.49, "1ms"],
    [1.5, "2ms"],
    [0.383, "383µs"],
    [0.3835, "384µs"],
    [0.9994, "999µs"],
    [0.9996, "1ms"],
    [0.00001, "0µs"],
    [8450.00005, "8450ms"],
    [-5, "-5ms"],
    [-0.25, "-250µs"],
  ];

  test("rounds half up, in microseconds below one millisecond", () => {
    expect(written.length).toBe(14);
    for (const [milliseconds, text] of written) {
      expect([milliseconds, formatMilliseconds(milliseconds)]).toEqual([milliseconds, text]);
    }
  });
});

test("formatSeconds() has two decimals", () => {
  expect([0, 8.45, 8.4549, 5.8900001, 1234.5].map(formatSeconds)).toEqual([
    "0.00s",
    "8.45s",
    "8.45s",
    "5.89s",
    "1234.50s",
  ]);
});

test("formatSetting() writes a setting as it is written, and parseDuration() reads it back", () => {
  const settings: readonly [seconds: number, text: string][] = [
    [600, "10m"],
    [90, "90s"],
    [0.25, "250ms"],
    [1.5, "1500ms"],
    [3_600, "1h"],
    [86_400, "1d"],
    [5_400, "90m"],
    [0.0001, "0.1ms"],
  ];
  expect(settings.length).toBe(8);
  for (const [seconds, text] of settings) {
    expect(formatSetting(seconds)).toBe(text);
    expect(parseDuration(text)).toBeCloseTo(seconds, 12);
  }
});

test("formatAge() counts down in the largest unit of which there are two", () => {
  const ages: readonly [seconds: number, text: string][] = [
    [-3, "0s"],
    [0.9, "0s"],
    [3.9, "3s"],
    [119.9, "119s"],
    [120, "2m"],
    [7_199, "119m"],
    [7_200, "2h"],
    [172_799, "47h"],
    [172_800, "2d"],
    [864_000, "10d"],
  ];
  expect(ages.length).toBe(10);
  for (const [seconds, text] of ages) expect(formatAge(seconds)).toBe(text);
});

test("formatTime() writes milliseconds below a second, else seconds", () => {
  const times: readonly [milliseconds: number, text: string][] = [
    [0.4, "400µs"],
    [414, "414ms"],
    [999.4, "999ms"],
    [999.5, "1.00s"],
    [4_320, "4.32s"],
  ];
  expect(times.length).toBe(5);
  for (const [milliseconds, text] of times) expect(formatTime(milliseconds)).toBe(text);
});

import { describe, expect, test } from "bun:test";
import { UsageError } from "../../../lib/error.ts";
import {
  formatClock,
  formatIsoLocal,
  parseInstant,
  requireInstant,
} from "../../../lib/units/instant.ts";
import { bunCommand, runToEnd } from "../../support/child.ts";

const now = 1_764_253_805;

const instants: readonly [text: string, seconds: number][] = [
  ["1764253805", 1764253805],
  ["1764253805.25", 1764253805.25],
  ["1764253805,25", 1764253805.25],
  ["0", 0],
  ["-1.5", -1.5],
  ["90s", now - 90],
  ["15m", now - 900],
  ["2h", now - 7_200],
  ["7d", now - 604_800],
  ["-250ms", now - 0.25],
  ["2025-11-27T14:30:05Z", 1764253805],
  ["2025-11-27 14:30:05Z", 1764253805],
  ["2025-11-27T14:30Z", 1764253800],
  ["2025-11-27T14:30:05.25Z", 1764253805.25],
  ["2025-11-27T14:30:05,25Z", 1764253805.25],
  ["2025-11-27T15:30:05+01:00", 1764253805],
  ["2025-11-27T15:30:05+0100", 1764253805],
  ["2025-11-27T09:00:05.123456-05:30", 1764253805.123456],
  ["2024-02-29T00:00:00Z", 1709164800],
  ["1969-12-31T23:59:59.5Z", -0.5],
];

const refused = [
  "",
  "yesterday",
  "1e9",
  "1.",
  ".5",
  "NaN",
  "--5",
  "2025-11-27T",
  "2025-11-27T14",
  "2025-13-01",
  "2025-00-10",
  "2025-02-30",
  "2025-02-29T00:00:00Z",
  "2025-11-27T25:00:00Z",
  "2025-11-27T14:60:00Z",
  "2025-11-27T14:30:05+1",
  "2025-11-27Z",
  "27.11.2025",
  "2025-11-27T14:30:05 Z",
];

describe("parseInstant()", () => {
  test("reads epoch seconds, ages and ISO 8601, as many as the table has rows", () => {
    expect(instants.length).toBe(20);
    for (const [text, seconds] of instants) {
      expect([text, parseInstant(text, now)]).toEqual([text, seconds]);
    }
  });

  test("is null for anything else", () => {
    expect(refused.length).toBe(19);
    for (const text of refused) expect([text, parseInstant(text, now)]).toEqual([text, null]);
  });

  test("reads a time without offset, and a date alone, in the zone of the process", async () => {
    const script = `
      import { formatClock, formatIsoLocal, parseInstant } from ${JSON.stringify(`${import.meta.dir}/../../../lib/units/instant.ts`)};
      console.log(parseInstant("2025-11-27T14:30:05", 0), parseInstant("2025-06-01", 0),
        formatIsoLocal(1764253805252636), formatClock(1764253805, 0, false), formatClock(1764253805, 0, true));`;
    const inZone = async (zone: string) => {
      const { code, output } = await runToEnd(["env", `TZ=${zone}`, ...bunCommand(script)]);
      expect(code).toBe(0);
      return output.trim();
    };
    expect(await inZone("UTC")).toBe(
      "1764253805 1748736000 2025-11-27T14:30:05.252636 2025-11-27 14:30:05 2025-11-27 14:30:05",
    );
    expect(await inZone("America/New_York")).toBe(
      "1764271805 1748750400 2025-11-27T09:30:05.252636 2025-11-27 09:30:05 2025-11-27 14:30:05",
    );
    expect(await inZone("Asia/Kathmandu")).toBe(
      "1764233105 1748715300 2025-11-27T20:15:05.252636 2025-11-27 20:15:05 2025-11-27 14:30:05",
    );
  });
});

describe("requireInstant()", () => {
  test("refuses with the option, the value and the way out", () => {
    expect(requireInstant("1764253805", "--at", now)).toBe(1764253805);
    expect(() => requireInstant("soon", "--since", now)).toThrow(
      new UsageError(
        'Cannot use "soon" for --since: write epoch seconds, 2025-11-27T14:30:05 or an age such as 15m',
      ),
    );
  });

  test("refuses what lies beyond the calendar", () => {
    expect(requireInstant("8640000000000", "--at", now)).toBe(8.64e12);
    for (const text of ["8640000000001", "-8640000000001", "9".repeat(25), "9".repeat(400)]) {
      expect(() => requireInstant(text, "--at", now)).toThrow(UsageError);
    }
  });
});

describe("formatIsoLocal()", () => {
  test("writes six decimals of the same instant, before 1970 too", () => {
    expect(formatIsoLocal(1764253805252636)).toEndWith("5.252636");
    expect(formatIsoLocal(1764253805000001)).toEndWith("5.000001");
    expect(formatIsoLocal(-1)).toEndWith(":59.999999");
    expect(formatIsoLocal(0)).toMatch(/^(?:1970-01-01|1969-12-31)T\d{2}:\d{2}:00\.000000$/);
  });
});

describe("formatClock()", () => {
  test("gives the time, with the date when that is not today's", () => {
    expect(formatClock(now, now + 60, true)).toBe("14:30:05");
    expect(formatClock(now, now + 86_400, true)).toBe("2025-11-27 14:30:05");
    expect(formatClock(now, now - 86_400, true)).toBe("2025-11-27 14:30:05");
    expect(formatClock(now + 0.9, now, true)).toBe("14:30:05");
  });

  test("gives seconds for a moment beyond the calendar", () => {
    expect(formatClock(1e300, now, true)).toBe("1e+300 s after 1970");
    expect(formatClock(1e300, now, false)).toBe("1e+300 s after 1970");
  });
});

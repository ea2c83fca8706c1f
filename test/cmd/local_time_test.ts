import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { runProgram } from "../support/binary.ts";
import { bunCommand } from "../support/child.ts";

const root = join(import.meta.dir, "..", "..");
const script = `
  import { localCalendarFast, formatIsoLocalFast } from "${join(root, "cmd/_local_time.ts")}";
  import { localCalendar, formatIsoLocal } from "${join(root, "lib/units/instant.ts")}";
  const moments = [0, 1, 86399.999, 1711846799, 1711846800, 1729990800.5, 1764253805.25, 4102444800, -1.5];
  console.log(JSON.stringify(moments.map((seconds) => ({
    fast: localCalendarFast(seconds),
    slow: localCalendar(seconds),
    iso: seconds < 0 || formatIsoLocalFast(seconds * 1e6) === formatIsoLocal(seconds * 1e6),
  }))));
`;

describe("localCalendarFast()", () => {
  const zones = [
    "UTC",
    "Europe/Berlin",
    "Europe/London",
    "America/St_Johns",
    "Asia/Kolkata",
    "Pacific/Apia",
    "No/Where",
  ];
  test.each(zones)("tells the same time as the runtime in %s", async (zone) => {
    const ran = await runProgram(bunCommand(script), { env: { TZ: zone } });
    expect(ran.stderr).toBe("");
    const told = JSON.parse(ran.stdout) as { fast: string[]; slow: string[]; iso: boolean }[];
    expect(told.length).toBe(9);
    for (const { fast, slow } of told) expect(fast).toEqual(slow);
    if (zone !== "No/Where") expect(told.every(({ iso }) => iso)).toBe(true);
  });

  test("was asked in every zone", () => expect(zones.length).toBe(7));
});

import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Events } from "../../../lib/event/names.ts";
import { fixtures } from "../../support/binary.ts";

describe("Events", () => {
  test("names every constant after its text", () => {
    const entries = Object.entries(Events);
    expect(entries.length).toBe(27);
    for (const [constant, name] of entries) expect(constant).toBe(name.toUpperCase());
    expect(new Set(Object.values(Events)).size).toBe(entries.length);
  });

  test("holds every name that occurs in the sample logs", () => {
    const known = new Set<string>(Object.values(Events));
    const met = new Set<string>();
    for (const sample of ["before", "after", "conversation", "kv-cache", "readme-sample"]) {
      const lines = readFileSync(join(fixtures, `${sample}.log`), "utf8")
        .trimEnd()
        .split("\n");
      for (const line of lines) met.add((JSON.parse(line) as { event: string }).event);
    }
    expect([...met].filter((name) => !known.has(name))).toEqual([]);
    // Each of them occurs somewhere: the samples are a full house.
    expect(met.size).toBe(27);
  });
});

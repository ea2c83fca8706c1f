import { describe, expect, test } from "bun:test";
import { byCodeUnit, SeriesTable } from "../../../lib/stats/series_table.ts";

function read(table: SeriesTable, totalWaitSeconds: number | null = null) {
  return table.summarize(byCodeUnit, totalWaitSeconds);
}

describe("SeriesTable", () => {
  test("keeps a series for each name, in the wanted order", () => {
    const table = new SeriesTable();
    for (const [name, seconds] of [
      ["b", 1],
      ["a", 2],
      ["b", 3],
    ] as const)
      table.add(name, seconds);
    expect([...read(table).keys()]).toEqual(["a", "b"]);
    expect(read(table).get("b")).toMatchObject({ n: 2, mean: 2, min: 1, max: 3, share: null });
    expect([...table.summarize((a, b) => -byCodeUnit(a, b), null).keys()]).toEqual(["b", "a"]);
  });

  test("gives each series its share of the whole wait", () => {
    const table = new SeriesTable();
    table.add("a", 2, 1);
    table.add("a", 2, 2);
    table.add("b", 9);
    expect(read(table, 4).get("a")?.share).toBe(0.75);
    expect(read(table, 4).get("b")?.share).toBe(0);
    expect(read(table, 0).get("a")?.share).toBeNull();
    expect(read(table, null).get("a")?.share).toBeNull();
  });

  test("keeps 4 096 names apart and counts the rest as other", () => {
    const table = new SeriesTable();
    for (let index = 0; index < 4_096; index++) table.add(`name ${index}`, index);
    expect(table.folded).toBe(0);
    expect(read(table).size).toBe(4_096);
    expect(read(table).has("other")).toBe(false);
    for (let index = 0; index < 10; index++) table.add(`late ${index % 3}`, 10 + index);
    table.add("name 7", 1);
    expect(table.folded).toBe(10);
    expect(read(table).size).toBe(4_097);
    expect(read(table).get("other")).toMatchObject({ n: 10, min: 10, max: 19 });
    expect(read(table).get("name 7")?.n).toBe(2);
  });

  test("takes a name of the log that is called other for the same series", () => {
    const table = new SeriesTable();
    table.add("other", 5);
    for (let index = 0; index < 4_097; index++) table.add(`name ${index}`, 1);
    expect([table.folded, read(table).size]).toEqual([1, 4_097]);
    expect(read(table).get("other")).toMatchObject({ n: 2, min: 1, max: 5 });
    table.add("other", 7);
    expect(table.folded).toBe(1);
  });

  test("computes 256 series exactly, further ones from the sketch at once", () => {
    const table = new SeriesTable();
    const samples = [1, 1.001, 1.002, 1.003, 1.2345678];
    for (let index = 0; index < 258; index++) {
      for (const sample of samples) table.add(`name ${index}`, sample);
    }
    const medians = Array.from(
      { length: 258 },
      (_, index) => read(table).get(`name ${index}`)?.p50,
    );
    expect(medians.filter((median) => median === 1.002).length).toBe(256);
    expect(medians.slice(0, 256).every((median) => median === 1.002)).toBe(true);
    for (const median of medians.slice(256)) {
      expect(Math.abs((median ?? 0) / 1.002 - 1)).toBeLessThanOrEqual(0.005);
    }
    // n, mean, min and max stay exact even there.
    expect(read(table).get("name 257")).toMatchObject({ n: 5, min: 1, max: 1.2345678 });
  });

  test("finds the series of a name, but no mixture of many", () => {
    const table = new SeriesTable();
    table.add("other", 1);
    expect(table.find("other")?.series.n).toBe(1);
    expect(table.find("nobody")).toBeNull();
    for (let index = 0; index < 4_097; index++) table.add(`name ${index}`, 1);
    expect(table.find("other")).toBeNull();
    expect(table.find("name 4095")?.series.n).toBe(1);
    expect(table.find("name 4096")).toBeNull();
  });

  test("counts the requests that a series is met in, each once", () => {
    const table = new SeriesTable();
    for (const request of [1, 1, 2, 5, 5]) table.slot("a").meet(request);
    expect(table.slot("a").requests).toBe(3);
    for (let index = 0; index < 4_096; index++) table.add(`name ${index}`, 1);
    for (const request of [1, 1, 2]) table.slot("late").meet(request);
    for (const request of [2, 3]) table.slot("later").meet(request);
    table.add("other", 1);
    expect(table.slot("other").requests).toBe(3);
  });

  test("takes the names of an object's own parts for ordinary names", () => {
    const table = new SeriesTable();
    for (const name of ["__proto__", "constructor", "toString", ""]) table.add(name, 1);
    expect([...read(table).keys()]).toEqual(["", "__proto__", "constructor", "toString"]);
  });
});

test("byCodeUnit() orders as sort() does without a locale", () => {
  const names = ["b", "a", "B", "é", "🎙", "\uffff", "ab", ""];
  expect([...names].sort(byCodeUnit)).toEqual([...names].sort());
  expect(byCodeUnit("a", "a")).toBe(0);
});

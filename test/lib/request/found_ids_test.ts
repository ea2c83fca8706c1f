import { describe, expect, test } from "bun:test";
import { FoundIds } from "../../../lib/request/found_ids.ts";
import { newestWindow } from "../../../lib/request/newest_window.ts";

/** What is found when events `id@second` stand one after the other, 100 bytes each. */
function foundIds(wanted: string, isPrefix: boolean, ...moments: readonly string[]): FoundIds {
  const ids = new FoundIds(wanted, isPrefix, 600);
  for (const [place, moment] of moments.entries()) {
    const [id = "", second] = moment.split("@");
    ids.add(id, { seconds: Number(second), start: place * 100, end: place * 100 + 99 });
  }
  return ids;
}

describe("newestWindow()", () => {
  test("goes back as long as no silence is longer than the idle window", () => {
    expect(newestWindow([], 10)).toBe(null);
    expect(newestWindow([5], 10)).toEqual({ firstSeconds: 5, lastSeconds: 5 });
    expect(newestWindow([20, 5, 30, 40], 10)).toEqual({ firstSeconds: 20, lastSeconds: 40 });
    expect(newestWindow([30, 10, 20], 10)).toEqual({ firstSeconds: 10, lastSeconds: 30 });
  });
});

describe("FoundIds", () => {
  test("shows the newest request of the id, before all that only begin so", () => {
    const ids = foundIds("abcd", true, "abcd@0", "abcd@9", "abcd@5000", "abcdef@9000", "x@9001");
    expect(ids.newest()).toEqual({ id: "abcd", firstSeconds: 5000, lastSeconds: 5000 });
    expect(ids.exactWindow()).toEqual({ firstSeconds: 5000, lastSeconds: 5000 });
    expect(ids.others()).toEqual([]);
  });

  test("shows the newest of those that begin so, and names the others", () => {
    const moments = ["abcd2@0", "abcd9@50", "abcd1@100", "abcd2@300", "zabcd@400"];
    const ids = foundIds("abcd", true, ...moments);
    expect(ids.exactWindow()).toBe(null);
    expect(ids.newest()).toEqual({ id: "abcd1", firstSeconds: 100, lastSeconds: 100 });
    expect(ids.others()).toEqual(["abcd2", "abcd9"]);
    expect(foundIds("abcd", true, "abcd1@7", "abcd2@7").newest()?.id).toBe("abcd2");
    expect(foundIds("abcd", false, ...moments).newest()).toBe(null);
  });

  test("tells the bytes of the newest request, and of all that might turn out to be newer", () => {
    const ids = foundIds("abcd", true, "abcd3@0", "abcd2@1000", "abcd1@1100", "abcd2@1300", "x@1");
    const newest = ids.newest();
    if (newest === null) throw new Error("none");
    expect(newest.id).toBe("abcd1");
    expect(ids.stretchOf(newest)).toEqual({
      start: 100,
      end: 399,
      ids: new Set(["abcd2", "abcd1"]),
    });
  });

  test("leaves older requests of the id out of the bytes", () => {
    const ids = foundIds("aa", false, "aa@0", "aa@1", "aa@5000", "aa@5001");
    const newest = ids.newest();
    expect(newest && ids.stretchOf(newest)).toMatchObject({ start: 200, end: 399 });
  });
});

import { expect, test } from "bun:test";
import { newRequestId } from "../../../lib/event/request_id.ts";

test("newRequestId() makes eight hex digits, hardly ever the same twice", () => {
  const ids = Array.from({ length: 10_000 }, newRequestId);
  expect(ids.filter((id) => !/^[0-9a-f]{8}$/.test(id))).toEqual([]);
  // Among 10 000 of 2^32 a repeat has a chance of 1 in 86, three repeats of 1 in millions.
  expect(new Set(ids).size).toBeGreaterThan(9_997);
  // Every digit takes every value in every place, also the leading zero that padding keeps.
  for (let place = 0; place < 8; place++) {
    expect(new Set(ids.map((id) => id[place])).size).toBe(16);
  }
});

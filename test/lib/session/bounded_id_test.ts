import { describe, expect, test } from "bun:test";
import { boundedId } from "../../../lib/session/bounded_id.ts";

describe("boundedId()", () => {
  test("leaves an id of sensible length as it is", () => {
    const longest = "é".repeat(256);
    expect(boundedId("b9daa2eb")).toBe("b9daa2eb");
    expect(boundedId(longest)).toBe(longest);
  });

  test("shortens a longer one, and keeps two of the same beginning apart", () => {
    const [one, other] = ["a".repeat(100_000), `${"a".repeat(99_999)}b`].map(boundedId);
    expect(one).toStartWith(`${"a".repeat(200)}…`);
    expect(one).toHaveLength(233);
    expect(other).toHaveLength(233);
    expect(other).not.toBe(one);
    expect(boundedId("a".repeat(100_000))).toBe(one ?? "");
  });
});

import { describe, expect, test } from "bun:test";
import { UsageError } from "../../../lib/error.ts";
import { buildMetadata } from "../../../lib/event/metadata.ts";
import type { JsonValue } from "../../../lib/event/timing_event.ts";

const typed: readonly [pair: string, value: JsonValue][] = [
  ["k=true", true],
  ["k=false", false],
  ["k=null", null],
  ["k=True", "True"],
  ["k=73", 73],
  ["k=-1", -1],
  ["k=0", 0],
  ["k=-0", "-0"],
  ["k=0.5", 0.5],
  ["k=.5", ".5"],
  ["k=1.0", "1.0"],
  ["k=007", "007"],
  ["k=1e3", "1e3"],
  ["k=1e+21", 1e21],
  ["k=0x10", "0x10"],
  ["k=+1", "+1"],
  ["k= 1", " 1"],
  ["k=NaN", "NaN"],
  ["k=Infinity", "Infinity"],
  ["k=9007199254740993", "9007199254740993"],
  ["k=0.1", 0.1],
  ["k=", ""],
  ["k=a=b", "a=b"],
  ['k={"a":1}', '{"a":1}'],
  ["k=naïve 🎙", "naïve 🎙"],
];

describe("buildMetadata()", () => {
  test("types values in as many cases as the table has rows", () => {
    expect(typed.length).toBe(25);
    for (const [pair, value] of typed)
      expect(buildMetadata(undefined, [pair])).toEqual({ k: value });
  });

  test("keeps session_id a string whatever it looks like", () => {
    for (const text of ["7", "true", "null", ""]) {
      expect(buildMetadata(undefined, [`session_id=${text}`])).toEqual({ session_id: text });
    }
  });

  test("is empty without input", () => {
    expect(buildMetadata(undefined, [])).toEqual({});
    expect(buildMetadata("{}", [])).toEqual({});
  });

  test("puts pairs on top of the JSON object, the last of a key winning", () => {
    const built = buildMetadata('{"a": 1, "b": {"c": []}, "d": 2}', ["a=2", "a=3", "e=4"]);
    expect(built).toEqual({ a: 3, b: { c: [] }, d: 2, e: 4 });
  });

  test("takes __proto__ as an ordinary key", () => {
    for (const built of [
      buildMetadata('{"__proto__": {"polluted": 1}}', []),
      buildMetadata(undefined, ["__proto__=x"]),
    ]) {
      expect(Object.keys(built)).toEqual(["__proto__"]);
      expect(Object.getPrototypeOf(built)).toBe(Object.prototype);
    }
  });

  test("refuses what is no JSON object, with the way out", () => {
    for (const json of ["", "{", "null", "[1]", "7", '"a"', "{'a': 1}"]) {
      expect(() => buildMetadata(json, [])).toThrow(
        new UsageError(
          `Cannot use "${json}" for --metadata: write a JSON object such as {"text_length": 73}`,
        ),
      );
    }
  });

  test("refuses a pair without its key or sign, with the way out", () => {
    for (const pair of ["", "k", "=v", "="]) {
      expect(() => buildMetadata(undefined, [pair])).toThrow(
        new UsageError(`Cannot use "${pair}" for --meta: write key=value`),
      );
    }
  });

  test("escapes what it quotes", () => {
    expect(() => buildMetadata(undefined, ["\x1b[31m"])).toThrow('"\\x1b[31m"');
  });
});

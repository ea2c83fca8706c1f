import { describe, expect, test } from "bun:test";
import { otherPair, PairNames } from "../../../lib/event/pair_names.ts";

describe("PairNames", () => {
  test("gives every pair a number of its own, the same each time", () => {
    const names = new PairNames();
    const pairs = [
      ["stt", "x"],
      ["sttx", ""],
      ["", "sttx"],
      ["1 ", "x"],
      ["", "1 x"],
      ["__proto__", "constructor"],
      ["grüße", "🎙"],
    ] as const;
    const numbers = pairs.map(([service, name]) => names.numberOf(service, name));
    expect(new Set([otherPair, ...numbers]).size).toBe(8);
    expect(pairs.map(([service, name]) => names.numberOf(service, name))).toEqual(numbers);
    for (const [index, [service, name]] of pairs.entries()) {
      expect(names.at(numbers[index] ?? -1)).toEqual({ service, name });
    }
  });

  test("holds 16 384 numbers; the first stands for all further pairs", () => {
    const names = new PairNames();
    for (let index = 1; index < 16_384; index++) {
      expect(names.numberOf("stt", `name ${index}`)).toBe(index);
    }
    expect([names.numberOf("stt", "more"), names.numberOf("v34", "more")]).toEqual([0, 0]);
    expect(names.numberOf("stt", "name 16383")).toBe(16_383);
    expect(names.at(otherPair)).toEqual({ service: "unknown", name: "other" });
  });

  test("knows no number that it has not given", () => {
    expect(() => new PairNames().at(1)).toThrow("No pair of names has the number 1");
  });
});

import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { stringifyWellFormed } from "../../../lib/render/well_formed_json.ts";
import { hostileName } from "../../support/hostile_requests.ts";

describe("stringifyWellFormed()", () => {
  test.each([
    ["\ud800", '"\ufffd"'],
    ["a\udc00\ud800", '"a\ufffd\ufffd"'],
    ["\ud83c\udfa4", '"🎤"'],
    ["\\ud800", '"\\\\ud800"'],
    ["\\\ud800", '"\\\\\ufffd"'],
    ["\n\ud800", '"\\n\ufffd"'],
  ])("of %p is %p", (text, json) => {
    expect(stringifyWellFormed(text)).toBe(json);
  });

  test("mends keys as well, and __proto__ stays a key", () => {
    expect(stringifyWellFormed(JSON.parse('{"\\ud800": {"__proto__": 1}}'))).toBe(
      '{"\ufffd":{"__proto__":1}}',
    );
  });

  test("changes nothing else", () => {
    fc.assert(
      fc.property(hostileName, fc.jsonValue(), (name, value) => {
        const mended = JSON.parse(stringifyWellFormed([name, value]));
        expect(mended[0]).toBe(name.toWellFormed());
        const text = JSON.stringify(value);
        if (!text.includes("\\ud")) expect(stringifyWellFormed(value)).toBe(text);
      }),
    );
  });
});

import { describe, expect, test } from "bun:test";
import { escapeControls, excerpt, quote } from "../../lib/escape.ts";

describe("escapeControls()", () => {
  const cases: readonly [text: string, escaped: string][] = [
    ["plain text, naïve 你好 🎙", "plain text, naïve 你好 🎙"],
    ["", ""],
    ["\x1b[31mred\x1b[0m", "\\x1b[31mred\\x1b[0m"],
    ["a\nb\r\tc", "a\\x0ab\\x0d\\x09c"],
    ["\0\x07\x7f", "\\x00\\x07\\x7f"],
    ["\x80\x9b31m\x9f", "\\x80\\x9b31m\\x9f"],
    ["\xad", "\\xad"],
    ["\u202euser\u202c", "\\u202euser\\u202c"],
    [
      "\u2066\u2069\u200b\u200f\u2028\u2029\u2060",
      "\\u2066\\u2069\\u200b\\u200f\\u2028\\u2029\\u2060",
    ],
    ["\ufeff\ufff9\u061c\u180e", "\\ufeff\\ufff9\\u061c\\u180e"],
    ["\u{e0041}", "\\u{e0041}"],
    ["\ud800x\udfff", "\\ud800x\\udfff"],
    ["\u{1f399}", "\u{1f399}"],
    ["\\x1b", "\\x1b"],
  ];

  test("makes visible what could steer a terminal, in as many cases as the table has rows", () => {
    expect(cases.length).toBe(14);
    for (const [text, escaped] of cases) expect(escapeControls(text)).toBe(escaped);
  });

  test("leaves no control, format or surrogate character of the first plane, save for joiners", () => {
    let escaped = 0;
    const left: string[] = [];
    for (let code = 0; code <= 0xffff; code++) {
      const character = String.fromCharCode(code);
      if (!/[\p{Cc}\p{Cs}\p{Bidi_Control}\p{Zl}\p{Zp}]/u.test(character)) continue;
      if (escapeControls(character) === character) left.push(code.toString(16));
      escaped++;
    }
    expect(left).toEqual([]);
    // 65 controls, 2 048 surrogates, 12 bidi controls and two separators.
    expect(escaped).toBe(2_127);
  });
});

describe("excerpt()", () => {
  test("keeps up to the limit and cuts beyond it, the last character then being …", () => {
    expect(excerpt("a".repeat(80))).toBe("a".repeat(80));
    expect(excerpt("a".repeat(81))).toBe(`${"a".repeat(79)}…`);
    expect(excerpt("abcdef", 4)).toBe("abc…");
    expect(excerpt("abcd", 4)).toBe("abcd");
    expect(excerpt("")).toBe("");
  });

  test("counts characters, not their halves", () => {
    expect(excerpt("🎙".repeat(80))).toBe("🎙".repeat(80));
    expect(excerpt("🎙".repeat(81))).toBe(`${"🎙".repeat(79)}…`);
    expect(excerpt("🎙".repeat(500))).toBe(`${"🎙".repeat(79)}…`);
    expect(excerpt(`a${"🎙".repeat(500)}`)).toBe(`a${"🎙".repeat(78)}…`);
  });

  test("counts what is shown, after escaping", () => {
    expect(excerpt("\x1b".repeat(100), 10)).toBe("\\x1b\\x1b\\…");
  });
});

test("quote() puts the escaped and shortened text in quotes", () => {
  expect(quote("--x\n")).toBe('"--x\\x0a"');
  expect([...quote("a".repeat(500))].length).toBe(122);
});

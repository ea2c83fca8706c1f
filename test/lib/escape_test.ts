import { describe, expect, test } from "bun:test";
import { escapeControls, escapeMarkdown, escapeXml, excerpt, quote } from "../../lib/escape.ts";

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

describe("escapeMarkdown()", () => {
  test("leaves nothing that is markup", () => {
    expect(escapeMarkdown("a|b `c` *d* _e_ ~f~ #g [h](i) !j")).toBe(
      "a\\|b \\`c\\` \\*d\\* \\_e\\_ \\~f\\~ \\#g \\[h\\]\\(i\\) \\!j",
    );
    expect(escapeMarkdown("\\|")).toBe("\\\\\\|");
  });

  test("makes entities of HTML and of what links by itself", () => {
    expect(escapeMarkdown("<b>&amp;</b>")).toBe("&#60;b&#62;&#38;amp;&#60;/b&#62;");
    expect(escapeMarkdown("http://x www.x @y")).toBe("http&#58;//x &#119;&#119;&#119;.x &#64;y");
  });

  test("leaves no beginning of a list, a code block or another line", () => {
    expect(escapeMarkdown("- x")).toBe("\\- x");
    expect(escapeMarkdown("12. x")).toBe("12\\. x");
    expect(escapeMarkdown("    x")).toBe("&#32;&#32;&#32;&#32;x");
    expect(escapeMarkdown("x\n# y\x1b")).toBe("x\\\\x0a\\# y\\\\x1b");
  });
});

test("escapeXml() leaves nothing that is XML, or that XML cannot hold", () => {
  expect(escapeXml(`<a b="c" d='e'>&]]>`)).toBe(
    "&#60;a b=&#34;c&#34; d=&#39;e&#39;&#62;&#38;]]&#62;",
  );
  expect(escapeXml("\u0000\u001b\n\ud800\ufffe\uffff")).toBe("\\x00\\x1b\\x0a\\ud800\ufffd\ufffd");
});

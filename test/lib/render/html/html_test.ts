import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { escapeControls } from "../../../../lib/escape.ts";
import { escapeText, html, joinRows, jsonBlock } from "../../../../lib/render/html/html.ts";
import { decode } from "../../../support/page.ts";

/** Texts in which what matters to HTML is frequent. */
const hostileText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 60 }),
  fc.string({
    unit: fc.constantFrom(
      "<",
      ">",
      "&",
      '"',
      "'",
      "`",
      "/",
      "=",
      "]]>",
      "</script",
      "<!--",
      "\u2028",
    ),
    maxLength: 40,
  }),
);

describe("html", () => {
  test("lets no text become anything but text, in an element or a quoted attribute", () => {
    let cases = 0;
    fc.assert(
      fc.property(hostileText, hostileText, (one, other) => {
        cases++;
        const { markup } = html`<p title="${one}">${other}</p>`;
        const match = /^<p title="([^"<>']*)">([^"<>']*)<\/p>$/.exec(markup);
        expect(match).not.toBeNull();
        // Each & begins an entity of ours.
        expect(markup.replace(/&(?:amp|lt|gt|quot|#39);/g, "")).not.toContain("&");
        expect(decode(match?.[1] ?? "")).toBe(escapeControls(one));
        expect(decode(match?.[2] ?? "")).toBe(escapeControls(other));
      }),
    );
    expect(cases).toBeGreaterThanOrEqual(100);
  });

  test("puts in markup of its own as it is, joins lists, and passes over null", () => {
    const items = ["<a>", "b"].map((text) => html`<li>${text}</li>`);
    expect(html`<ul>${items}</ul>${null}${7}`.markup).toBe(
      "<ul><li>&lt;a&gt;</li><li>b</li></ul>7",
    );
  });

  test("takes rows that are written without it, whose texts are escaped in the same way", () => {
    const texts = ["<a>", "x".repeat(5_000), "\u202e'\"&", "plain"];
    const rows = joinRows(texts, (text, index) => `<li id="${index}">${escapeText(text)}</li>`);
    const same = texts.map((text, index) => html`<li id="${index}">${text}</li>`);
    expect(html`<ul>${rows}</ul>`.markup).toBe(html`<ul>${same}</ul>`.markup);
    expect(rows.markup).toContain("&lt;a&gt;");
    expect(joinRows([], String).markup).toBe("");
  });

  test("cuts a text after 2000 characters, and no markup", () => {
    const { markup } = html`<p>${"x".repeat(5_000)}</p>`;
    expect(markup).toBe(`<p>${"x".repeat(2_000)}…</p>`);
    expect(html`${html`<i>${"x".repeat(2_000)}</i>`}${"y"}`.markup).toHaveLength(2_008);
  });
});

describe("jsonBlock()", () => {
  test("holds no character that could end the block, and reads back as the same value", () => {
    let cases = 0;
    fc.assert(
      fc.property(fc.array(hostileText), (texts) => {
        cases++;
        const { markup } = jsonBlock(texts);
        expect(markup).not.toMatch(/[<>&\u2028\u2029]/);
        expect(JSON.parse(markup)).toEqual(texts);
      }),
    );
    expect(cases).toBeGreaterThanOrEqual(100);
  });
});

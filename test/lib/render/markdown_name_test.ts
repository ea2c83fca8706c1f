import { describe, expect, test } from "bun:test";
import { markdownName } from "../../../lib/render/markdown_name.ts";

describe("markdownName()", () => {
  test("writes a name as code, in which nothing is markup", () => {
    expect(markdownName("hand-off stt→v34")).toBe("`hand-off stt→v34`");
    expect(markdownName("<script> @me #1 **x** ::error %0A]]>")).toBe(
      "`<script> @me #1 **x** ::error %0A]]>`",
    );
    expect(markdownName("x")).toBe("`x`");
  });

  test("turns what code or a table is made of into entities", () => {
    expect(markdownName("a|b")).toBe("a&#124;b");
    expect(markdownName("`x`")).toBe("&#96;x&#96;");
    expect(markdownName("a\\|b")).toBe("a&#92;&#124;b");
    expect(markdownName("a_b|<b>")).toBe("a&#95;b&#124;&#60;b&#62;");
  });

  test("shows lines, escapes and blanks as what they are", () => {
    expect(markdownName("a\nb")).toBe("a&#92;x0ab");
    expect(markdownName("\x1b[31m")).toBe("&#92;x1b&#91;31m");
    expect(markdownName(" x ")).toBe(" x ");
    expect(markdownName("")).toBe("");
  });

  test("never lets a line or a cell end", () => {
    const hostile = ["|", "`", "\n", "\r", "\\", "``|``", "\u2028", "a`b|c\\d\ne"];
    expect(hostile.length).toBe(8);
    for (const name of hostile) expect(markdownName(name)).not.toMatch(/[|`\\\n\r\u2028]/);
  });
});

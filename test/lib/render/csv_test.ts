import { describe, expect, test } from "bun:test";
import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { type Cell, csvLine } from "../../../lib/render/csv.ts";
import { hostileName } from "../../support/hostile_requests.ts";

/** What an independent reader of RFC 4180 makes of it; it takes no other line ends. */
const read = (text: string) => parse(text, { record_delimiter: "\r\n" }) as string[][];

const startsFormula = (text: string) => "=+-@\t\r\n\0＝＋－＠".includes(text[0] ?? "none");

describe("csvLine()", () => {
  test.each<[Cell, string]>([
    ["plain", "plain"],
    ["two words", "two words"],
    ["a → b", "a → b"],
    ["", ""],
    [null, ""],
    [true, "true"],
    [0, "0"],
    [-5, "-5"],
    [-0.25, "-0.25"],
    [1e-7, "1e-7"],
    [-1e21, "-1e+21"],
    ["-5", "'-5"],
    ["=1+1", "'=1+1"],
    ["+1", "'+1"],
    ["@SUM(A1)", "'@SUM(A1)"],
    ["＝1", "'＝1"],
    ["\t=1", `"'\t=1"`],
    ["\r", `"'\r"`],
    ["\n=1", `"'\n=1"`],
    ["\0=1", "'\0=1"],
    ['=HYPERLINK("x","y")', `"'=HYPERLINK(""x"",""y"")"`],
    ["a,b", '"a,b"'],
    ['a"b', '"a""b"'],
    ["a;=1", '"a;=1"'],
    ["a\r\nb", '"a\r\nb"'],
    ["a\rb", '"a\rb"'],
    [" a", '" a"'],
    ["a=b", "a=b"],
  ])("writes %p as %p", (cell, text) => {
    expect(csvLine([cell])).toBe(`${text}\r\n`);
  });

  test("parts cells by commas and ends with CR LF", () => {
    expect(csvLine(["a", 1, null, false])).toBe("a,1,,false\r\n");
  });

  test("comes back from an independent reader as it was, safe from formulas, numbers as numbers", () => {
    const cell = fc.oneof(
      hostileName,
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.integer(),
      fc.boolean(),
    );
    let formulas = 0;
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell, cell), { minLength: 1, maxLength: 5 }), (rows) => {
        const back = read(rows.map(csvLine).join(""));
        expect(back.length).toBe(rows.length);
        for (const [index, row] of rows.entries()) {
          for (const [column, value] of row.entries()) {
            const text = back[index]?.[column] ?? "absent";
            if (typeof value === "string") {
              if (startsFormula(value)) formulas++;
              // UTF-8 has no half pairs.
              const written = value.toWellFormed();
              expect(text).toBe(startsFormula(value) ? `'${written}` : written);
            } else if (typeof value === "number") expect(Number(text)).toBe(value + 0);
            else expect(text).toBe(String(value));
          }
        }
      }),
      { numRuns: 400 },
    );
    expect(formulas).toBeGreaterThan(20);
  });
});

import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { RandomAccess } from "../../../lib/log/descriptor_source.ts";
import { isPlainText, StringSearch } from "../../../lib/log/string_search.ts";

function fileOf(bytes: Buffer): RandomAccess {
  return {
    name: "made.log",
    descriptor: -1,
    size: bytes.length,
    readAt: (target, offset) => bytes.copy(target, 0, offset),
    close: () => {},
  };
}

/** The lines that a search finds, the last first. */
function found(bytes: Buffer, text: string, isPrefix: boolean, blockBytes?: number): string[] {
  const search = new StringSearch(fileOf(bytes), text, isPrefix, {
    ...(blockBytes === undefined ? {} : { blockBytes }),
  });
  const lines: string[] = [];
  while (search.from > 0) {
    for (const { start, end } of search.next()) lines.push(bytes.toString("utf8", start, end));
  }
  return lines;
}

/** All spellings of a string: raw, short escapes, long ones in both cases, mixed. */
const spelling = (text: string) =>
  fc
    .array(fc.constantFrom("raw", "lower", "upper", "short"), {
      minLength: text.length,
      maxLength: text.length,
    })
    .map((ways) => {
      const units = ways.map((way, at) => {
        const digits = text.charCodeAt(at).toString(16).padStart(4, "0");
        if (way === "lower") return `\\u${digits}`;
        if (way === "upper") return `\\u${digits.toUpperCase()}`;
        if (way === "short" && text[at] === "/") return "\\/";
        return text[at] ?? "";
      });
      const spelled = `"${units.join("")}"`;
      // Half of a pair of surrogates cannot be written raw.
      const isWhole = spelled.isWellFormed() && JSON.parse(spelled) === text;
      return isWhole ? spelled : JSON.stringify(text);
    });

const texts = ["b9daa2eb", "a", "11", "u0031", "grüße-🎙", "a/b/", "0062", "  ", "eeee"];

describe("StringSearch", () => {
  const value = fc
    .constantFrom(...texts)
    .chain((text) =>
      fc.oneof(
        spelling(text),
        spelling(`${text}${text}`),
        fc.constant(JSON.stringify(`\\${text}`)),
        fc.constant(JSON.stringify(`"${text}"`)),
        fc.constant(JSON.stringify(text.slice(0, -1))),
        fc.constant(JSON.stringify(`C:\\u0062\\${text}`)),
      ),
    );
  const line = fc.array(value, { maxLength: 4 }).map((values) => `[${values.join(",")}]`);
  const log = fc.record({
    lines: fc.array(line, { minLength: 15, maxLength: 40 }),
    isEnded: fc.boolean(),
    wanted: fc.constantFrom(...texts),
    isPrefix: fc.boolean(),
    blockBytes: fc.constantFrom(1, 2, 7, 33, 500, undefined),
  });

  test("finds every line in which a string equals the text, however it is spelled", () => {
    const met = { cases: 0, matches: 0, found: 0 };
    fc.assert(
      fc.property(log, ({ lines, isEnded, wanted, isPrefix, blockBytes }) => {
        const text = lines.map((one) => `${one}\n`).join("");
        const bytes = Buffer.from(isEnded ? text : text.slice(0, -1));
        const all = found(bytes, wanted, isPrefix, blockBytes).map((one) => one.trimEnd());
        const isMatch = (one: string) =>
          (JSON.parse(one) as string[]).some((member) =>
            isPrefix ? member.startsWith(wanted) : member === wanted,
          );
        const matches = lines.filter(isMatch).reverse();
        expect(all.filter(isMatch)).toEqual(matches);
        // Nothing twice, nothing that is no line, and hardly anything else.
        const positions = lines.toReversed();
        let at = -1;
        for (const one of all) at = positions.indexOf(one, at + 1);
        expect(at >= 0 || all.length === 0).toBe(true);
        met.cases++;
        met.matches += matches.length;
        met.found += all.length;
      }),
      { numRuns: 800, seed: 7 },
    );
    expect(met.cases).toBe(800);
    expect(met.matches).toBeGreaterThan(1_000);
    expect(met.found).toBeLessThan(met.matches * 2);
  });

  test("finds a text with which many other strings begin, and where the file ends in it", () => {
    const within = ['["abcdx"]', '["abcdabcd"]', '["xabcd"]', "[abcd]", '["abcd "]'];
    const lines = Array.from({ length: 300 }, (_, index) => within[index % 5] ?? "");
    const text = ['["abcd"]', ...lines, '["first", "abcd"]', ...lines, '["abc'].join("\n");
    const wanted = ['["first", "abcd"]\n', '["abcd"]\n'];
    let searches = 0;
    for (const blockBytes of [7, 1_000, undefined]) {
      for (const tail of ["", "d", 'd"', "dx"]) {
        const last = tail === 'd"' ? [`["abc${tail}`] : [];
        const bytes = Buffer.from(`${text}${tail}`);
        expect(found(bytes, "abcd", false, blockBytes)).toEqual([...last, ...wanted]);
        expect(found(bytes, "abcd", true, blockBytes).length).toBeGreaterThan(120);
        searches += 2;
      }
    }
    expect(searches).toBe(24);
  });

  test("finds a line of any length by itself, once", () => {
    const long = `["${"x".repeat(300_000)}", "b9daa2eb", "${"y".repeat(300_000)}", "b9daa2eb"]`;
    const bytes = Buffer.from(`["first"]\n${long}\n["last", "b9daa2eb"]`);
    for (const blockBytes of [1_000, undefined]) {
      expect(found(bytes, "b9daa2eb", true, blockBytes)).toEqual([
        '["last", "b9daa2eb"]',
        `${long}\n`,
      ]);
    }
    expect(found(bytes, "first", false)).toEqual(['["first"]\n']);
    expect(found(bytes, "nowhere", false)).toEqual([]);
  });
});

describe("isPlainText()", () => {
  test("is false where a string may have other bytes than its text, without a backslash", () => {
    const plain = ["a", "b9daa2eb", "grüße 🎙", "\u007f", "a/b", "\u2028"];
    const others = ["", 'a"b', "a\\b", "a\nb", "\0", "a\ufffdb", "\ud83c", "\u001f"];
    expect(plain.map(isPlainText)).toEqual(plain.map(() => true));
    expect(others.map(isPlainText)).toEqual(others.map(() => false));
    expect(plain.length + others.length).toBe(14);
  });
});

import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { parse } from "ndjson";
import { type ByteSource, bytesSource } from "../../../lib/ndjson/byte_source.ts";
import { LineReader } from "../../../lib/ndjson/line_reader.ts";

/** What a reader hands out, one line a span: `line@offset terminator "text"`, `!` for too long. */
interface Reading {
  readonly spans: readonly string[];
  readonly lineCount: number;
  readonly nulHoles: number;
  readonly bytesRead: number;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
const bytesOf = (text: string) => encoder.encode(text);

async function read(
  source: ByteSource,
  maxLineBytes: number,
  blockBytes: number,
): Promise<Reading> {
  const reader = new LineReader(source, { maxLineBytes, blockBytes });
  const spans: string[] = [];
  do {
    while (reader.next()) {
      const text = JSON.stringify(decoder.decode(reader.bytes.subarray(reader.start, reader.end)));
      const mark = reader.tooLong ? "!" : "";
      spans.push(`${reader.lineNumber}@${reader.offset} ${reader.terminator}${mark} ${text}`);
    }
  } while (await reader.fill());
  const { lineCount, nulHoles, bytesRead } = reader;
  return { spans, lineCount, nulHoles, bytesRead };
}

/** Reads the same bytes whole, byte by byte, and in blocks of every size up to all of them. */
async function readEveryWay(bytes: Uint8Array, maxLineBytes = 1_000): Promise<Reading> {
  const whole = await read(bytesSource(bytes), maxLineBytes, bytes.length + 1);
  for (let size = 1; size <= bytes.length; size++) {
    // Once the reader asks for so much at a time, once the source has only so much to give.
    const asked = await read(bytesSource(bytes), maxLineBytes, size);
    expect([size, asked]).toEqual([size, whole]);
    const given = await read(bytesSource(bytes, size), maxLineBytes, bytes.length + 1);
    expect([size, given]).toEqual([size, whole]);
  }
  return whole;
}

interface Case {
  readonly what: string;
  readonly input: string | Uint8Array;
  readonly spans: readonly string[];
  readonly lines: number;
  readonly holes?: number;
  readonly cap?: number;
}

const bom = "\ufeff";

const cases: readonly Case[] = [
  { what: "an empty source", input: "", spans: [], lines: 0 },
  { what: "one line", input: "abc\n", spans: ['1@0 newline "abc"'], lines: 1 },
  {
    what: "several lines",
    input: "a\nbc\ndef\n",
    spans: ['1@0 newline "a"', '2@2 newline "bc"', '3@5 newline "def"'],
    lines: 3,
  },
  {
    what: "an unended last line",
    input: "a\nbc",
    spans: ['1@0 newline "a"', '2@2 end "bc"'],
    lines: 2,
  },
  { what: "one byte", input: "x", spans: ['1@0 end "x"'], lines: 1 },
  { what: "a lone newline", input: "\n", spans: ['1@0 newline ""'], lines: 1 },
  {
    what: "blank lines",
    input: "\n\na\n\n",
    spans: ['1@0 newline ""', '2@1 newline ""', '3@2 newline "a"', '4@4 newline ""'],
    lines: 4,
  },
  {
    what: "CRLF, whose carriage return stays with the line",
    input: "a\r\nb\r\n\r\n",
    spans: ['1@0 newline "a\\r"', '2@3 newline "b\\r"', '3@6 newline "\\r"'],
    lines: 3,
  },
  {
    what: "a carriage return alone, which ends nothing",
    input: "a\rb\n",
    spans: ['1@0 newline "a\\rb"'],
    lines: 1,
  },
  {
    what: "characters of two, three and four bytes",
    input: "é\n你\n🎙\n",
    spans: ['1@0 newline "é"', '2@3 newline "你"', '3@7 newline "🎙"'],
    lines: 3,
  },
  {
    what: "separators that only Unicode takes for line ends",
    input: "a\u2028b\u0085c\n",
    spans: ['1@0 newline "a\u2028b\u0085c"'],
    lines: 1,
  },
  { what: "a byte order mark alone", input: bom, spans: [], lines: 0 },
  {
    what: "a byte order mark at the start",
    input: `${bom}abc\nd\n`,
    spans: ['1@3 newline "abc"', '2@7 newline "d"'],
    lines: 2,
  },
  { what: "a byte order mark and an end", input: `${bom}a`, spans: ['1@3 end "a"'], lines: 1 },
  {
    what: "a byte order mark and a blank line",
    input: `${bom}\na\n`,
    spans: ['1@3 newline ""', '2@4 newline "a"'],
    lines: 2,
  },
  {
    what: "a second byte order mark, which is text",
    input: `${bom}${bom}a\n`,
    spans: [`1@3 newline "${bom}a"`],
    lines: 1,
  },
  {
    what: "a byte order mark in the middle, which is text",
    input: `a\n${bom}b\n`,
    spans: ['1@0 newline "a"', `2@2 newline "${bom}b"`],
    lines: 2,
  },
  {
    what: "half of a byte order mark",
    input: new Uint8Array([0xef, 0xbb]),
    spans: ['1@0 end "\ufffd"'],
    lines: 1,
  },
  {
    what: "half of a byte order mark and a line",
    input: new Uint8Array([0xef, 0xbb, 10, 97, 10]),
    spans: ['1@0 newline "\ufffd"', '2@3 newline "a"'],
    lines: 2,
  },
  {
    what: "a hole at the start of the file",
    input: "\0\0\0a\n",
    spans: ['1@3 newline "a"'],
    lines: 1,
    holes: 1,
  },
  {
    what: "a hole within a line",
    input: "ab\0\0cd\n",
    spans: ['1@0 nul "ab"', '1@4 newline "cd"'],
    lines: 1,
    holes: 1,
  },
  {
    what: "a hole at the end of a line, which leaves no blank line behind",
    input: "ab\0\0\ncd\n",
    spans: ['1@0 nul "ab"', '2@5 newline "cd"'],
    lines: 2,
    holes: 1,
  },
  {
    what: "a hole for a whole line",
    input: "a\n\0\0\nb\n",
    spans: ['1@0 newline "a"', '3@5 newline "b"'],
    lines: 3,
    holes: 1,
  },
  {
    what: "several holes in one line",
    input: "a\0b\0\0c\0\n",
    spans: ['1@0 nul "a"', '1@2 nul "b"', '1@5 nul "c"'],
    lines: 1,
    holes: 3,
  },
  {
    what: "a hole at the end of the file",
    input: "a\n\0\0\0",
    spans: ['1@0 newline "a"'],
    lines: 2,
    holes: 1,
  },
  {
    what: "a hole after an unended line",
    input: "a\0\0",
    spans: ['1@0 nul "a"'],
    lines: 1,
    holes: 1,
  },
  { what: "nothing but a hole", input: "\0\0\0\0", spans: [], lines: 1, holes: 1 },
  {
    what: "a hole, a blank and a line end",
    input: "\0 \nb",
    spans: ['1@1 newline " "', '2@3 end "b"'],
    lines: 2,
    holes: 1,
  },
  {
    what: "a line of exactly the cap",
    input: "abcde\nf\n",
    cap: 5,
    spans: ['1@0 newline "abcde"', '2@6 newline "f"'],
    lines: 2,
  },
  {
    what: "a line of one byte more than the cap, of which the first bytes remain",
    input: "abcdef\ng\n",
    cap: 5,
    spans: ['1@0 newline! "abcde"', '2@7 newline "g"'],
    lines: 2,
  },
  {
    what: "a long line between others",
    input: "a\nbcdefghijklmnop\nq\n",
    cap: 4,
    spans: ['1@0 newline "a"', '2@2 newline! "bcde"', '3@18 newline "q"'],
    lines: 3,
  },
  {
    what: "an unended line of exactly the cap",
    input: "a\nbcdef",
    cap: 5,
    spans: ['1@0 newline "a"', '2@2 end "bcdef"'],
    lines: 2,
  },
  {
    what: "an unended line beyond the cap",
    input: "a\nbcdefg",
    cap: 5,
    spans: ['1@0 newline "a"', '2@2 end! "bcdef"'],
    lines: 2,
  },
  {
    what: "two long lines in a row",
    input: "aaaaaaa\nbbbbbbb\n",
    cap: 3,
    spans: ['1@0 newline! "aaa"', '2@8 newline! "bbb"'],
    lines: 2,
  },
  {
    what: "a carriage return that makes the line too long",
    input: "abc\r\nd\n",
    cap: 3,
    spans: ['1@0 newline! "abc"', '2@5 newline "d"'],
    lines: 2,
  },
  {
    what: "a hole longer than the cap, which counts nothing towards it",
    input: `ab${"\0".repeat(9)}cd\n`,
    cap: 3,
    spans: ['1@0 nul "ab"', '1@11 newline "cd"'],
    lines: 1,
    holes: 1,
  },
  {
    what: "a hole behind a span beyond the cap",
    input: "abcdef\0\0gh\n",
    cap: 3,
    spans: ['1@0 nul! "abc"', '1@8 newline "gh"'],
    lines: 1,
    holes: 1,
  },
  {
    what: "a span beyond the cap behind a hole",
    input: "ab\0cdefgh\ni\n",
    cap: 3,
    spans: ['1@0 nul "ab"', '1@3 newline! "cde"', '2@10 newline "i"'],
    lines: 2,
    holes: 1,
  },
  {
    what: "a span beyond the cap that a hole and a line end follow",
    input: "abcdef\0\ng\n",
    cap: 3,
    spans: ['1@0 nul! "abc"', '2@8 newline "g"'],
    lines: 2,
    holes: 1,
  },
  {
    what: "a byte order mark, which counts nothing towards the cap",
    input: `${bom}abc\nd\n`,
    cap: 3,
    spans: ['1@3 newline "abc"', '2@7 newline "d"'],
    lines: 2,
  },
];

describe("LineReader, whole, byte by byte and in blocks of every size, reads", () => {
  test("as many cases as the table has rows", () => {
    expect(cases.length).toBe(40);
  });

  test.each(cases)("$what", async ({ input, spans, lines, holes = 0, cap }) => {
    const bytes = typeof input === "string" ? bytesOf(input) : input;
    expect(await readEveryWay(bytes, cap)).toEqual({
      spans,
      lineCount: lines,
      nulHoles: holes,
      bytesRead: bytes.length,
    });
  });
});

/** Splits bytes by looking at the whole of them, as the reader must not. */
function naiveSplit(bytes: Uint8Array, maxLineBytes: number): Reading {
  const latin = [...bytes].map((byte) => String.fromCharCode(byte)).join("");
  const body = latin.startsWith("\xef\xbb\xbf") ? latin.slice(3) : latin;
  const offset = latin.length - body.length;
  const spans: string[] = [];
  let position = offset;
  let nulHoles = 0;
  const lines = body.split("\n");
  const isEnded = lines.at(-1) === "";
  if (isEnded) lines.pop();
  for (const [index, line] of lines.entries()) {
    const isLast = index === lines.length - 1 && !isEnded;
    const parts = line.split(/(\0+)/);
    for (const [place, part] of parts.entries()) {
      if (place % 2 === 1) nulHoles++;
      const isBlankLine = parts.length === 1 && !isLast;
      if (place % 2 === 0 && (part !== "" || isBlankLine)) {
        const terminator = place < parts.length - 1 ? "nul" : isLast ? "end" : "newline";
        const isTooLong = part.length > maxLineBytes;
        const shown = isTooLong ? part.slice(0, Math.min(maxLineBytes, 320)) : part;
        const text = decoder.decode(Uint8Array.from(shown, (one) => one.charCodeAt(0)));
        const mark = isTooLong ? "!" : "";
        spans.push(`${index + 1}@${position} ${terminator}${mark} ${JSON.stringify(text)}`);
      }
      position += part.length;
    }
    position++;
  }
  return { spans, lineCount: lines.length, nulHoles, bytesRead: bytes.length };
}

describe("LineReader against a naive splitter", () => {
  const byte = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(10, 0, 13, 32) },
    { weight: 3, arbitrary: fc.constantFrom(0xef, 0xbb, 0xbf) },
    { weight: 5, arbitrary: fc.integer({ min: 1, max: 255 }) },
  );
  const input = fc
    .tuple(fc.boolean(), fc.array(byte, { maxLength: 120 }))
    .map(([hasMark, bytes]) => Uint8Array.from(hasMark ? [0xef, 0xbb, 0xbf, ...bytes] : bytes));
  const size = fc.integer({ min: 1, max: 40 });

  test("agrees on any bytes, in blocks of any size, under any cap", async () => {
    let cases = 0;
    await fc.assert(
      fc.asyncProperty(input, size, size, size, async (bytes, cap, block, given) => {
        const reading = await read(bytesSource(bytes, given), cap, block);
        expect(reading).toEqual(naiveSplit(bytes, cap));
        cases++;
      }),
      { numRuns: 3_000, seed: 5 },
    );
    expect(cases).toBe(3_000);
  });

  test("agrees on lines as long as a log's, under the excerpt's and the cap's lengths", async () => {
    for (const length of [319, 320, 321, 999, 1_000, 1_001, 5_000]) {
      const bytes = bytesOf(`a\n${"x".repeat(length)}\nb`);
      for (const block of [1, 100, 320, 1_000, 1_001, 8_192]) {
        const reading = await read(bytesSource(bytes), 1_000, block);
        expect([length, block, reading]).toEqual([length, block, naiveSplit(bytes, 1_000)]);
      }
    }
  });
});

describe("LineReader and its source", () => {
  test("takes bytes that come later as it takes those at hand", async () => {
    const bytes = bytesOf("a\nbc\0d\nefg");
    const direct = bytesSource(bytes, 2);
    const late: ByteSource = {
      read: async (target) => {
        await Promise.resolve();
        return direct.read(target);
      },
    };
    expect(await read(late, 100, 4)).toEqual(naiveSplit(bytes, 100));
  });

  test("hands on the failure of its source", async () => {
    const failing: ByteSource = {
      read: () => {
        throw new Error("gone");
      },
    };
    await expect(read(failing, 100, 4)).rejects.toThrow("gone");
    const later: ByteSource = { read: () => Promise.reject(new Error("gone later")) };
    await expect(read(later, 100, 4)).rejects.toThrow("gone later");
  });

  test("has ended for good after the end", async () => {
    const reader = new LineReader(bytesSource(bytesOf("a")), { maxLineBytes: 10, blockBytes: 4 });
    expect([reader.next(), await reader.fill(), await reader.fill()]).toEqual([false, true, true]);
    expect([reader.next(), reader.next(), await reader.fill(), reader.next()]).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });

  test("passes over a line of 64 MiB in a buffer of one block", async () => {
    let left = 64 * 1024 * 1024;
    const endless: ByteSource = {
      read: (target) => {
        const length = Math.min(target.length, left);
        target.fill(120, 0, length);
        left -= length;
        return length;
      },
    };
    const cap = 1024 * 1024;
    const blockBytes = 64 * 1024;
    const reader = new LineReader(endless, { maxLineBytes: cap, blockBytes });
    let largest = 0;
    let spans = 0;
    do {
      while (reader.next()) spans++;
      largest = Math.max(largest, reader.bytes.buffer.byteLength);
    } while (await reader.fill());
    expect([spans, reader.tooLong, reader.bytesRead]).toEqual([1, true, 64 * 1024 * 1024]);
    expect(reader.end - reader.start).toBe(320);
    expect(largest).toBeLessThanOrEqual(2 * (cap + blockBytes));
  });

  test("gives its source blocks of one size only, however long the line", async () => {
    const asked: number[] = [];
    const bytes = bytesOf(`${"y".repeat(5_000)}\n`);
    const inner = bytesSource(bytes);
    const source: ByteSource = {
      read: (target) => {
        asked.push(target.length);
        return inner.read(target);
      },
    };
    await read(source, 100_000, 256);
    expect(asked.length).toBeGreaterThan(19);
    expect(new Set(asked)).toEqual(new Set([256]));
  });
});

describe("LineReader beside the ndjson package", () => {
  /** What the package's parser makes of the same bytes. */
  async function parseWithPackage(bytes: Uint8Array): Promise<unknown[]> {
    const values: unknown[] = [];
    const parser = parse();
    parser.on("data", (value: unknown) => values.push(value));
    const ended = new Promise((resolve, reject) => parser.on("end", resolve).on("error", reject));
    parser.end(Buffer.from(bytes));
    await ended;
    return values;
  }

  test("reads the same values from valid lines, ended or not", async () => {
    const value = fc.oneof(fc.object({ maxDepth: 2 }), fc.array(fc.jsonValue()), fc.integer());
    let cases = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(value), fc.boolean(), size(), async (values, isEnded, block) => {
        const text = values.map((one) => JSON.stringify(one)).join("\n") + (isEnded ? "\n" : "");
        const bytes = bytesOf(text);
        const { spans } = await read(bytesSource(bytes), 1_000_000, block);
        const texts = spans.map((span) => JSON.parse(span.slice(span.indexOf(' "') + 1)) as string);
        const ours = texts.filter((one) => one !== "").map((one) => JSON.parse(one));
        expect(ours).toEqual(await parseWithPackage(bytes));
        expect(ours.length).toBe(values.length);
        cases++;
      }),
      { numRuns: 200, seed: 9 },
    );
    expect(cases).toBe(200);
  });

  function size() {
    return fc.integer({ min: 1, max: 500 });
  }
});

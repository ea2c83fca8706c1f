import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { encodeEvent } from "../../../lib/event/encode.ts";
import type { Metadata } from "../../../lib/event/timing_event.ts";
import { LineStamper } from "../../../lib/log/stamp_lines.ts";
import { decodeLines } from "../../support/writers.ts";

const now = 1_764_253_805.252636;
const encoder = new TextEncoder();

interface Stamped {
  readonly writes: readonly Buffer[];
  readonly rejected: readonly (readonly [line: number, reason: string])[];
}

/** Stamps chunks, each of which arrives a second after the one before. */
function stamp(chunks: readonly (string | Uint8Array)[], isSameMoment = true): Stamped {
  const writes: Buffer[] = [];
  const rejected: [number, string][] = [];
  const stamper = new LineStamper({
    append: (lines) => writes.push(Buffer.from(lines)),
    reject: (line, reason) => rejected.push([line, reason]),
  });
  for (const [index, chunk] of chunks.entries()) {
    const bytes = typeof chunk === "string" ? encoder.encode(chunk) : chunk;
    stamper.push(bytes, isSameMoment ? now : now + index);
  }
  stamper.end();
  return { writes, rejected };
}

/** The lines that came of an input, as text. */
function linesOf(input: string | Uint8Array): string {
  return Buffer.concat(stamp([input]).writes).toString();
}

/** The line that the codec writes for an event. */
function written(
  requestId: string,
  service: string,
  name: string,
  metadata: Metadata = {},
  timestampSeconds = now,
): string {
  return encodeEvent({ timestampSeconds, requestId, service, name, metadata });
}

/** Cuts bytes at the places that are given as fractions of their length. */
function cut(bytes: Uint8Array, fractions: readonly number[]): Uint8Array[] {
  const places = fractions.map((one) => Math.floor(one * bytes.length)).sort((a, b) => a - b);
  return [0, ...places].map((from, index) => bytes.subarray(from, places[index] ?? bytes.length));
}

describe("a line is an event", () => {
  const cases: readonly (readonly [what: string, input: string, line: string])[] = [
    ["three words", "a stt b\n", written("a", "stt", "b")],
    ["words between tabs and many spaces", "a \t stt\tb\n", written("a", "stt", "b")],
    ["words with blanks around them", " \ta b c \t \n", written("a", "b", "c")],
    ["words and CRLF", "a b c\r\n", written("a", "b", "c")],
    ["words without a newline at the end", "a b c", written("a", "b", "c")],
    ["words and JSON", 'a b c {"n": 1, "s": "x y"}\n', written("a", "b", "c", { n: 1, s: "x y" })],
    ["words, JSON and CRLF", 'a b c {"n":[1,null]} \r\n', written("a", "b", "c", { n: [1, null] })],
    ["words and an empty object", "a b c {}\n", written("a", "b", "c")],
    ["quotes and backslashes", 'a" b\\ \\"c\n', written('a"', "b\\", '\\"c')],
    ["braces inside words", "a{} }b{ c}\n", written("a{}", "}b{", "c}")],
    ["a brace that begins the event", "a b {c}\n", written("a", "b", "{c}")],
    ["letters beyond ASCII", "ä 日本 🎤\n", written("ä", "日本", "🎤")],
    [
      "blanks of other alphabets in a word",
      "a\u00a0b\u2028 b \ufeffc\n",
      written("a\u00a0b\u2028", "b", "\ufeffc"),
    ],
    [
      "control characters",
      "a\x00 \x1b[1m \x7f\u009b\x0b\n",
      written("a\x00", "\x1b[1m", "\x7f\u009b\x0b"),
    ],
    ["a byte order mark before all", "\ufeffa b c\n", written("a", "b", "c")],
    ["a carriage return inside", "a\rb b c\n", written("a\rb", "b", "c")],
    ["an object", '{"request_id": "a", "service": "b", "event": "c"}\n', written("a", "b", "c")],
    [
      "an object with blanks around it, keys in any order and some too many",
      ' {"x": 1, "event": "c", "service":"b","request_id":"a", "iso_time": "?"} \r\n',
      written("a", "b", "c"),
    ],
    [
      "an object with metadata and a time of its own",
      '{"request_id": "a b", "service": "b", "event": "c", "metadata": {"k": {"l": 1.5}}, "timestamp": 1700000000.5}\n',
      written("a b", "b", "c", { k: { l: 1.5 } }, 1_700_000_000.5),
    ],
    [
      "an object whose timestamp and metadata are null",
      '{"request_id": "a", "service": "b", "event": "c", "metadata": null, "timestamp": null}\n',
      written("a", "b", "c"),
    ],
    [
      "what Python writes for numbers that JSON lacks",
      'a b c {"x": NaN, "y": [-Infinity], "z": 1e999, "s": "NaN"}\n',
      written("a", "b", "c", { x: null, y: [null], z: null, s: "NaN" }),
    ],
    [
      "half a surrogate pair, escaped",
      '{"request_id": "\\ud800", "service": "b", "event": "c\\udc00"}\n',
      written("\ud800", "b", "c\udc00"),
    ],
    [
      "the moment 0 and the last of the year 9999",
      '{"request_id": "a", "service": "b", "event": "c", "timestamp": 0}\n{"request_id": "a", "service": "b", "event": "c", "timestamp": 253402214399}\n',
      written("a", "b", "c", {}, 0) + written("a", "b", "c", {}, 253_402_214_399),
    ],
  ];

  test.each(cases)("if it has %s", (_, input, line) => {
    const { writes, rejected } = stamp([input]);
    expect(Buffer.concat(writes).toString()).toBe(line);
    expect(rejected).toEqual([]);
  });

  test("in every form that was listed", () => expect(cases).toHaveLength(23));

  test("with keys that JavaScript knows as ordinary keys", () => {
    const line = linesOf('a b c {"__proto__": {"x": 1}, "constructor": 2}\n');
    expect(line).toContain('"metadata": {"__proto__": {"x": 1}, "constructor": 2}}\n');
  });

  test("with invalid UTF-8 as U+FFFD, also where the input ends inside a letter", () => {
    const bytes = Buffer.from("a\xff b c\nd e f\xf0\x9f", "latin1");
    expect(linesOf(bytes)).toBe(written("a\ufffd", "b", "c") + written("d", "e", "f\ufffd"));
  });

  test("stamped with the moment at which the last of it arrived", () => {
    const { writes } = stamp(["a b c\nd e", " f\n", "g h i"], false);
    expect(Buffer.concat(writes).toString()).toBe(
      written("a", "b", "c", {}, now) +
        written("d", "e", "f", {}, now + 1) +
        written("g", "h", "i", {}, now + 2),
    );
  });
});

describe("a line is skipped, with its number and the reason,", () => {
  const three = "write ID SERVICE EVENT [JSON]";
  const noObject = "what follows the event is no JSON object";
  const range = "its timestamp lies before 1970 or after 9999; write Unix seconds";
  const object = (members: string) => `{"request_id": "a", "service": "b", "event": "c"${members}}`;
  const missing = (field: string) => `its ${field} is missing, empty or no text`;
  const tooDeep = "nested deeper than the 64 levels that readers accept";
  const cases: readonly (readonly [input: string, reason: string])[] = [
    ["a", three],
    ["a b", three],
    ["a b c d", noObject],
    ["a b c [1]", noObject],
    ["a b c null", noObject],
    ['a b c {"n": 1', noObject],
    ['a b c {"n": 1} x', noObject],
    ["{", "no valid JSON object"],
    ["{a b c", "no valid JSON object"],
    [`${object("")} x`, "no valid JSON object"],
    ["{}", missing("request_id")],
    ['{"request_id": "a", "service": "", "event": "c"}', missing("service")],
    ['{"request_id": 7, "service": "b", "event": "c"}', missing("request_id")],
    ['{"request_id": "a", "service": "b", "event": null}', missing("event")],
    [object(', "timestamp": "1"'), "its timestamp is no number"],
    [object(', "timestamp": true'), "its timestamp is no number"],
    [object(', "timestamp": -1'), range],
    [object(', "timestamp": 253402214400'), range],
    [object(', "timestamp": 1764253805252'), range],
    [object(', "timestamp": 1e300'), range],
    [object(', "metadata": []'), "its metadata is no object"],
    [object(', "metadata": "x"'), "its metadata is no object"],
    [`a b c {"d": ${"[".repeat(63)}${"]".repeat(63)}}`, tooDeep],
    [object(`, "x": ${"[".repeat(100_000)}${"]".repeat(100_000)}`), tooDeep],
  ];

  test.each(cases)("%p", (input, reason) => {
    const { writes, rejected } = stamp([`a b c\n\n${input}\nd e f\n`]);
    expect(rejected).toEqual([[3, reason]]);
    expect(Buffer.concat(writes).toString()).toBe(written("a", "b", "c") + written("d", "e", "f"));
  });

  test("in every case that was listed", () => expect(cases).toHaveLength(24));

  test("but 64 levels are written, and the reader takes them", () => {
    const deep = `{"d": ${"[".repeat(62)}${"]".repeat(62)}}`;
    const { writes, rejected } = stamp([`a b c ${deep}\n`]);
    expect(rejected).toEqual([]);
    const [line] = decodeLines(Buffer.concat(writes));
    expect(line).toMatchObject({ fault: null, events: [{ requestId: "a" }] });
  });
});

describe("blank lines", () => {
  test("are counted and passed over, whatever blanks they hold", () => {
    const { writes, rejected } = stamp(["\n \n\t\r\n\r\n \t \na b c\n\nbad\n"]);
    expect(Buffer.concat(writes).toString()).toBe(written("a", "b", "c"));
    expect(rejected.map(([line]) => line)).toEqual([8]);
  });

  test("of a megabyte, and words a megabyte apart, take no longer than others", () => {
    const blanks = " ".repeat(1_000_000);
    const { writes, rejected } = stamp([`${blanks}\na${blanks}b c\na b${blanks}x\na${blanks}b\n`]);
    expect(Buffer.concat(writes).toString()).toBe(written("a", "b", "c") + written("a", "b", "x"));
    expect(rejected.map(([line]) => line)).toEqual([4]);
  });

  test("alone make no write", () => expect(stamp(["\n\n  \n"]).writes).toEqual([]));
});

describe("long lines", () => {
  const limit = 1024 * 1024;

  test("up to 1 MiB are taken, a byte more is skipped, in one chunk and in many", () => {
    const fits = `a b ${"c".repeat(limit / 2)} {"k": "${"d".repeat(limit / 4)}"}`;
    const rest = limit - " b c".length;
    const input = encoder.encode(`${fits}\n${"x".repeat(rest + 1)} b c\na b c\n`);
    for (const size of [input.length, 65_536, 1000]) {
      const count = Math.ceil(input.length / size);
      const chunks = Array.from({ length: count }, (_, index) =>
        input.subarray(index * size, (index + 1) * size),
      );
      const { writes, rejected } = stamp(chunks);
      expect(rejected).toEqual([[2, "longer than 1 MiB"]]);
      const metadata = { k: "d".repeat(limit / 4) };
      expect(
        Buffer.concat(writes).toString() ===
          written("a", "b", "c".repeat(limit / 2), metadata) + written("a", "b", "c"),
      ).toBe(true);
    }
  });

  test("that only grow too long when they are written are skipped, as no reader would take them", () => {
    const escapes = '"'.repeat(limit / 2);
    const { writes, rejected } = stamp([`a b c\n${escapes} b c\na b c\n`]);
    expect(rejected).toEqual([[2, "longer than 1 MiB when written"]]);
    expect(Buffer.concat(writes).toString()).toBe(written("a", "b", "c").repeat(2));
  });

  test("are written up to the byte that readers take", () => {
    const around = written("a", "b", "").length - "\n".length;
    for (const [length, count] of [
      [limit - around, 1],
      [limit - around + 1, 0],
    ] as const) {
      const { writes, rejected } = stamp([`a b ${"c".repeat(length)}\n`]);
      expect([writes.length, rejected.length]).toEqual([count, 1 - count]);
      if (count === 1) expect(writes[0]?.length).toBe(limit + 1);
    }
  });

  test("without end take constant memory and are one skipped line", () => {
    const rejected: number[] = [];
    const stamper = new LineStamper({
      append: () => {
        throw new Error("nothing is to be written");
      },
      reject: (line) => rejected.push(line),
    });
    const chunk = new Uint8Array(1024 * 1024).fill(0x78);
    stamper.push(chunk, now);
    stamper.push(chunk, now);
    Bun.gc(true);
    const before = process.memoryUsage.rss();
    for (let index = 0; index < 300; index++) stamper.push(chunk, now);
    Bun.gc(true);
    expect(process.memoryUsage.rss() - before).toBeLessThan(50e6);
    expect(rejected).toEqual([]);
    stamper.end();
    expect(rejected).toEqual([1]);
  });
});

describe("writes", () => {
  const limit = 32 * 1024;
  const many = Array.from({ length: 3000 }, (_, index) =>
    index % 3 === 0 ? `id${index} stt x {"n": ${index}}` : `id${index} stt stt_x`,
  );

  test("hold whole lines, as many as fit into 32 KiB", () => {
    const { writes } = stamp([`${many.join("\n")}\n`]);
    expect(writes.length).toBeGreaterThan(8);
    for (const [index, write] of writes.entries()) {
      expect(write.at(-1)).toBe(0x0a);
      expect(write.length).toBeLessThanOrEqual(limit);
      const next = writes[index + 1];
      if (next !== undefined) {
        expect(write.length + next.indexOf(0x0a) + 1).toBeGreaterThan(limit);
      }
    }
    const ids = decodeLines(Buffer.concat(writes)).map((line) => line.events[0]?.requestId);
    expect(ids).toEqual(many.map((_, index) => `id${index}`));
  });

  test("of more than 32 KiB hold one line, between the others in its place", () => {
    const long = "x".repeat(limit);
    const { writes } = stamp([`a b c\n${long} b c\nd e f\n`]);
    expect(writes.map(String)).toEqual([
      written("a", "b", "c"),
      written(long, "b", "c"),
      written("d", "e", "f"),
    ]);
  });

  test("have all been handed out when push returns", () => {
    let taken = "";
    const stamper = new LineStamper({
      append: (lines) => {
        taken += Buffer.from(lines).toString();
      },
      reject: () => {},
    });
    stamper.push(encoder.encode("a b c\nd e"), now);
    expect(taken).toBe(written("a", "b", "c"));
    stamper.push(encoder.encode(" f\n"), now);
    expect(taken).toBe(written("a", "b", "c") + written("d", "e", "f"));
    stamper.end();
    expect(taken).toBe(written("a", "b", "c") + written("d", "e", "f"));
  });

  test("that fail lose nothing but themselves", () => {
    const writes: string[] = [];
    let hasFailed = false;
    const stamper = new LineStamper({
      append: (lines) => {
        if (!hasFailed) {
          hasFailed = true;
          throw new Error("full");
        }
        writes.push(Buffer.from(lines).toString());
      },
      reject: () => {},
    });
    expect(() => stamper.push(encoder.encode("a b c\nd e f\n"), now)).toThrow("full");
    stamper.push(encoder.encode("g h i\n"), now);
    expect(writes).toEqual([written("g", "h", "i")]);
  });
});

describe("whatever arrives,", () => {
  const word = fc.string({ minLength: 1, maxLength: 12, unit: "binary" }).map((text) => {
    return text.replace(/[ \t\r\n]/g, "_");
  });
  const plainWord = fc.stringMatching(/^[!-~]{1,12}$/);
  const anyLine = fc.oneof(
    fc.string({ maxLength: 40 }),
    fc.tuple(plainWord, plainWord, plainWord).map((words) => words.join(" ")),
    fc.tuple(word, word, word, fc.json()).map((parts) => parts.join(" ")),
    fc
      .record({ request_id: word, service: word, event: word, metadata: fc.dictionary(word, word) })
      .map((one) => JSON.stringify(one)),
    fc.constantFrom("", "  ", "\r", "a b c\r", '{"request_id":', "🎤 ü é"),
  );

  test("it does not matter how it was cut into chunks", () => {
    const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 });
    const property = fc.property(
      fc.array(anyLine, { maxLength: 20 }),
      cuts,
      fc.boolean(),
      (lines, places, isEnded) => {
        const bytes = encoder.encode(lines.join("\n") + (isEnded ? "\n" : ""));
        const whole = stamp([bytes]);
        const parts = stamp(cut(bytes, places));
        expect(Buffer.concat(parts.writes).toString()).toBe(Buffer.concat(whole.writes).toString());
        expect(parts.rejected).toEqual(whole.rejected);
      },
    );
    fc.assert(property, { numRuns: 500 });
  });

  test("nor byte by byte, inside letters and line ends", () => {
    const input = encoder.encode('ä b 🎤\r\n\nx y z {"k": "日本"}\nbad\nlast ü é');
    const bytes = [...input].map((byte) => Uint8Array.of(byte));
    const parts = stamp(bytes);
    expect(Buffer.concat(parts.writes).toString()).toBe(linesOf(input));
    expect(parts.rejected).toEqual([[4, "write ID SERVICE EVENT [JSON]"]]);
  });

  test("words are written byte for byte as the codec writes them", () => {
    let met = 0;
    const property = fc.property(
      fc.oneof(word, plainWord),
      fc.oneof(word, plainWord),
      fc.oneof(word, plainWord),
      (id, service, name) => {
        fc.pre(!/^[\ufeff{]/.test(id));
        met++;
        // A lone surrogate has no UTF-8, so none arrives.
        const [a, b, c] = [id, service, name].map((one) => one.toWellFormed());
        expect(linesOf(`${a} ${b}\t${c}\n`)).toBe(written(a ?? "", b ?? "", c ?? ""));
      },
    );
    fc.assert(property, { numRuns: 2000 });
    expect(met).toBe(2000);
  });

  test("every line that is written is an event for the reader, and the counts agree", () => {
    const property = fc.property(fc.array(anyLine, { maxLength: 20 }), (lines) => {
      const input = lines.join("\n");
      const { writes, rejected } = stamp([input]);
      const decoded = decodeLines(Buffer.concat(writes));
      expect(decoded.filter(({ fault }) => fault !== null)).toEqual([]);
      const split = input.split("\n");
      const blank = split.filter((line) => /^\ufeff?[ \t\r]*$/.test(line)).length;
      expect(decoded.length + rejected.length + blank).toBe(split.length);
    });
    fc.assert(property, { numRuns: 500 });
  });
});

/** The scanner against `decodeLine()`: one table of spellings, each said to be fast or odd. */
import { describe, expect, test } from "bun:test";
import { field, LineScanner } from "../../../../lib/event/scanner/line_scanner.ts";
import { LineProbe, probeMaxLineBytes } from "../../../support/line_probe.ts";

const members: Readonly<Record<string, string>> = {
  timestamp: "1764253805.252636",
  iso_time: '"2025-11-27T14:30:05.252636"',
  request_id: '"b9daa2eb"',
  service: '"stt"',
  event: '"stt_transcript_finalized"',
  metadata: '{"text_length": 73}',
};

/** A line with some members spelled otherwise, in the order and the spacing that are wanted. */
function line(
  changes: Readonly<Record<string, string>> = {},
  order: readonly string[] = Object.keys(members),
  [comma, colon]: readonly [string, string] = [", ", ": "],
): string {
  const all: Readonly<Record<string, string>> = { ...members, ...changes };
  return `{${order.map((key) => `"${key}"${colon}${all[key]}`).join(comma)}}`;
}

const compact = (changes: Readonly<Record<string, string>> = {}) =>
  line(changes, undefined, [",", ":"]);
const withMetadata = (metadata: string) => line({ metadata });
const withTime = (timestamp: string) => line({ timestamp });
const withIso = (iso: string) => line({ iso_time: `"${iso}"` });
const withId = (id: string) => line({ request_id: `"${id}"` });
const withName = (name: string) => line({ event: `"${name}"` });

/** Lists in lists, of so many levels. */
const nested = (levels: number) => `${"[".repeat(levels)}${"]".repeat(levels)}`;

const fast: Readonly<Record<string, string>> = {
  "the canonical layout": line(),
  "the compact layout": compact(),
  "the compact layout with spaced metadata": compact({ metadata: '{ "a" : 1 , "b" :\t2 }' }),
  "a carriage return at its end": `${line()}\r`,
  "no decimals": withTime("1764253805"),
  "one decimal": withTime("1764253805.5"),
  "seven decimals": withTime("1764253805.2526357"),
  "the lowest time of ten digits": withTime("1000000000"),
  "the first second beyond 31 bits": withTime("2147483648"),
  "the first second beyond 32 bits": withTime("4294967296.5"),
  "the highest time of ten digits": withTime("9999999999.9999999"),
  "an iso_time without decimals": withIso("2025-11-27T14:30:05"),
  "an iso_time that is none": withIso("9999-99-99T99:99:99.999999"),
  "an empty service": line({ service: '""' }),
  "a service of one letter": line({ service: '"x"' }),
  "a name with spaces and brackets": withName("a {b} [c] : , 'd'"),
  "empty metadata": withMetadata("{}"),
  "empty metadata in the compact layout": compact({ metadata: "{}" }),
  "metadata of every plain kind": withMetadata(
    '{"s": "x", "e": "", "n": -1.5e-7, "t": true, "f": false, "z": null}',
  ),
  "metadata with an empty key": withMetadata('{"": 1}'),
  "metadata with equal keys": withMetadata('{"n": 1, "x": 2, "n": 3}'),
  "metadata with a key called __proto__": withMetadata('{"__proto__": 1, "constructor": 2}'),
  "a number too large": withMetadata('{"n": 1e400, "x": -1e999}'),
  "a number too small": withMetadata('{"n": 1e-400}'),
  "a number of many digits": withMetadata('{"n": 12345678901234567890123.25, "x": 0.1}'),
  "minus zero": withMetadata('{"n": -0, "x": -0.0}'),
  "numbers with exponents": withMetadata('{"n": 1e5, "x": 2E+3, "pause_threshold": 5e-1}'),
  "escapes in a value": withMetadata('{"s": "\\" \\\\ \\/ \\b \\f \\n \\r \\t \\u00e9 \\uD83C"}'),
  "UTF-8 in a value": withMetadata('{"s": "grüße 🎙 \u2028 \u007f"}'),
  "braces in a value": withMetadata('{"s": "}} , {\\"timestamp\\": 1"}'),
  "a session": withMetadata('{"session_id": "c54f52e1"}'),
  "an empty session": withMetadata('{"session_id": ""}'),
  "a session that is a number": withMetadata('{"session_id": 7}'),
  "a session that is null": withMetadata('{"session_id": null}'),
  "two sessions": withMetadata('{"session_id": "a", "session_id": "b"}'),
  "a session and then none": withMetadata('{"session_id": "a", "session_id": 1}'),
  "a session with escapes": withMetadata('{"session_id": "a\\u00e9\\"b"}'),
  "a session of UTF-8": withMetadata('{"session_id": "sitzung-ä"}'),
  "a key that begins like session_id": withMetadata('{"session_idx": "a", "xsession_i": "b"}'),
  "a line of the greatest length": withMetadata(
    `{"s": "${"x".repeat(probeMaxLineBytes - withMetadata('{"s": ""}').length)}"}`,
  ),
};

/** Other layouts that are plain enough. */
const loose: Readonly<Record<string, string>> = {
  "an extra key at the end": line({ extra: "1" }, [...Object.keys(members), "extra"]),
  "an extra key at the start": line({ extra: "1" }, ["extra", ...Object.keys(members)]),
  "no iso_time": line({}, ["timestamp", "request_id", "service", "event", "metadata"]),
  "a key twice": line({}, [...Object.keys(members), "event"]),
  "a space before the object": ` ${line()}`,
  "a tab behind the object": `${line()}\t`,
  "a space before a carriage return": `${line()} \r`,
  "two carriage returns": `${line()}\r\r`,
  "one space more": line({}, undefined, [",  ", ": "]),
  "spaces before colons": line({}, undefined, [", ", " : "]),
  "a mixed spacing": line({}, undefined, [",", ": "]),
  "the other mixed spacing": line({}, undefined, [", ", ":"]),
  "nested metadata": withMetadata('{"a": {"b": 1}}'),
  "a list in metadata": withMetadata('{"a": []}'),
  "a key beyond ASCII in metadata": withMetadata('{"größe": 1}'),
  "nine digits of seconds": withTime("999999999.5"),
  "eleven digits of seconds": withTime("17642538050.25"),
  "a time of milliseconds": withTime("1764253805252"),
  "a time before 1970": withTime("-1764253805.25"),
  "a time before 1970 of nine digits": withTime("-764253805.25"),
  "the time zero": withTime("0"),
  "an iso_time with an offset": withIso("2025-11-27T14:30:05.252636+01:00"),
  "an iso_time with a Z": withIso("2025-11-27T14:30:05Z"),
  "an iso_time of milliseconds": withIso("2025-11-27T14:30:05.252"),
  "an iso_time with a space": withIso("2025-11-27 14:30:05.252636"),
  "an empty iso_time": withIso(""),
  "an iso_time that is null": line({ iso_time: "null" }),
  "an escape in iso_time": withIso("2025-11-27T14:30:0\\u0035"),
  "an extra key with any value": line({ extra: '{"a\\n": [1, {"b": "\\u00e9"}, [], {}]}' }, [
    ...Object.keys(members),
    "extra",
  ]),
  "an extra key of the deepest level": line({ extra: nested(63) }, [
    "extra",
    ...Object.keys(members),
  ]),
  "metadata of the deepest level": withMetadata(`{"a": ${nested(62)}}`),
  "a session in metadata that does not count": line().replace(
    '"metadata"',
    '"metadata": {"session_id": "a", "n": 1}, "metadata"',
  ),
  "every key twice": `${line({
    timestamp: "1",
    request_id: '"x"',
    service: '"y"',
    event: '"z"',
  }).slice(0, -1)}, ${line().slice(1)}`,
  "a time of few digits": withTime("5.25"),
  "NaN in metadata": withMetadata('{"n": NaN, "x": 1}'),
  "Infinity in metadata": withMetadata('{"n": Infinity, "x": -Infinity}'),
  "NaN beside the metadata": line({ extra: "[NaN, -Infinity]" }, [
    "extra",
    ...Object.keys(members),
  ]),
  "minus zero as the time": withTime("-0.0"),
  "a session behind a nested value": withMetadata(
    '{"a": [{"session_id": "no"}], "session_id": "b"}',
  ),
};

const oddEvents: Readonly<Record<string, string>> = {
  "no service": line({}, ["timestamp", "iso_time", "request_id", "event", "metadata"]),
  "no metadata": line({}, ["timestamp", "iso_time", "request_id", "service", "event"]),
  "an escape in a key": line().replace('"event"', '"\\u0065vent"'),
  "an escape in the id": withId("b9\\u0064aa2eb"),
  "an escape in the name": withName("stt\\u005fx"),
  "a quote in the name": withName('stt \\"x\\"'),
  "an id beyond ASCII": withId("grüße"),
  "a name beyond ASCII": withName("🎙"),
  "a service beyond ASCII": line({ service: '"ß"' }),
  "a delete in the id": withId("a\u007fb"),
  "a service that is null": line({ service: "null" }),
  "a service that is a number": line({ service: "5" }),
  "metadata null": withMetadata("null"),
  "an escaped key in metadata": withMetadata('{"pause\\u005fthreshold": 2, "n": 1}'),
  "an escaped session_id": withMetadata('{"session\\u005fid": "a"}'),
  "eight decimals": withTime("1764253805.25263571"),
  "an exponent in the time": withTime("1.764253805e9"),
  "an exponent behind decimals": withTime("1764253805.25e0"),
  "a line longer than the scanner may take": withMetadata(
    `{"s": "${"x".repeat(probeMaxLineBytes)}"}`,
  ),
};

const noEvents: Readonly<Record<string, string>> = {
  "an extra key nested too deep": line({ extra: nested(64) }, ["extra", ...Object.keys(members)]),
  "metadata nested too deep": withMetadata(`{"a": ${nested(63)}}`),
  "a nested value without its end": withMetadata('{"a": [1, {"b": 2}'),
  "a list with a comma too many": withMetadata('{"a": [1,]}'),
  "an object with a comma too many": withMetadata('{"a": {"b": 1,}}'),
  "a nested key without quotes": withMetadata('{"a": {b: 1}}'),
  nothing: "",
  spaces: "   ",
  "a word": "hello",
  null: "null",
  "a list": `[${line()}]`,
  "an empty id": withId(""),
  "an empty name": withName(""),
  "an id that is a number": line({ request_id: "12345678" }),
  "a time in quotes": withTime('"1764253805.25"'),
  "a time with a leading zero": withTime("0764253805.25"),
  "a time with no decimals behind its point": withTime("1764253805."),
  "a letter in the time": withTime("17642538o5.25"),
  "a time of NaN": withTime("NaN"),
  "metadata that is a list": withMetadata("[]"),
  "metadata that is a string": withMetadata('"x"'),
  "a negative NaN": withMetadata('{"n": -NaN}'),
  "a NaN too long": withMetadata('{"n": NaNN}'),
  "an Infinity too short": withMetadata('{"n": Infinit}'),
  "NaN as a key": withMetadata("{NaN: 1}"),
  "a comma behind the last member": withMetadata('{"a": 1,}'),
  "a comma before the first member": withMetadata('{,"a": 1}'),
  "two commas": withMetadata('{"a": 1,, "b": 2}'),
  "a comma alone": withMetadata("{,}"),
  "a colon missing": withMetadata('{"a" 1}'),
  "a value missing": withMetadata('{"a": }'),
  "a key without quotes": withMetadata("{a: 1}"),
  "a key that is a number": withMetadata("{1: 1}"),
  "a number with a leading zero": withMetadata('{"n": 01}'),
  "a negative number with a leading zero": withMetadata('{"n": -01}'),
  "a number with a plus": withMetadata('{"n": +1}'),
  "a number that begins with a point": withMetadata('{"n": .5}'),
  "a number that ends with a point": withMetadata('{"n": 5.}'),
  "a point before an exponent": withMetadata('{"n": 5.e3}'),
  "an exponent without digits": withMetadata('{"n": 5e}'),
  "a signed exponent without digits": withMetadata('{"n": 5e+}'),
  "a minus alone": withMetadata('{"n": -}'),
  "a hexadecimal number": withMetadata('{"n": 0x10}'),
  "a truncated true": withMetadata('{"t": tru}'),
  "a truncated false": withMetadata('{"t": fals}'),
  "a truncated null": withMetadata('{"t": nul}'),
  "a word too long": withMetadata('{"t": truee}'),
  "a word in capitals": withMetadata('{"t": True}'),
  "an unknown escape": withMetadata('{"s": "\\x41"}'),
  "a short unicode escape": withMetadata('{"s": "\\u00e"}'),
  "a unicode escape that is not hexadecimal": withMetadata('{"s": "\\u00eg"}'),
  "a tab in a string": withMetadata('{"s": "a\tb"}'),
  "a tab in the name": withName("a\tb"),
  "a control byte in the id": withId("a\u0001b"),
  "a NUL in a string": withMetadata('{"s": "a\u0000b"}'),
  "a string without its end": withMetadata('{"s": "abc}'),
  "a form feed between members": withMetadata('{"a": 1,\f"b": 2}'),
  "a brace too many": `${line()}}`,
  "a brace too few": line().slice(0, -1),
  "two braces too few": withMetadata('{"a": 1').slice(0, -1),
  "bytes behind the object": `${line()}x`,
  "a carriage return inside": line().replace(", ", ",\r\r x"),
};

/** Bytes that no JavaScript string can be encoded to. */
const brokenUtf8: readonly (readonly [number[], boolean])[] = [
  [[0xff], true],
  [[0xc3], true],
  [[0xe2, 0x80], true],
  [[0xed, 0xa0, 0x80], true],
  [[0xf0, 0x9f], true],
  [[0x80, 0x80, 0x80], true],
];

const encode = (text: string) => new TextEncoder().encode(text);

describe("LineScanner and decodeLine()", () => {
  const probe = new LineProbe();

  test("the table has a case of everything", () => {
    const cases = [fast, loose, oddEvents, noEvents].map((table) => Object.keys(table).length);
    expect(cases).toEqual([40, 39, 19, 62]);
  });

  test.each(Object.entries({ ...fast, ...loose }))("agree on %s, read fast", (_, text) => {
    const scanned = probe.scan(encode(text));
    const decoded = probe.decode(encode(text));
    expect(decoded).toMatchObject({ recovered: 0, fault: null });
    expect(scanned?.event as unknown).toEqual(decoded?.events[0]);
    const [event] = decoded?.events ?? [];
    if (event === undefined || scanned === null) throw new Error("unreachable");
    expect(scanned.view).toEqual(probe.look(event));
  });

  test.each(Object.entries(oddEvents))("leave %s to the exact path, an event", (_, text) => {
    expect(probe.scan(encode(text))).toBeNull();
    expect(probe.decode(encode(text))?.events.length).toBe(1);
  });

  test.each(Object.entries(noEvents))("leave %s to the exact path, no event", (_, text) => {
    expect(probe.scan(encode(text))).toBeNull();
    expect(probe.decode(encode(text))?.events ?? []).toEqual([]);
  });

  test("leave what stands behind a byte order mark to the exact path, which recovers it", () => {
    const marked = encode(`\ufeff${line()}`);
    expect(probe.scan(marked)).toBeNull();
    expect(probe.decode(marked)).toMatchObject({ recovered: 1, fault: { kind: "torn" } });
  });

  test("agree on every order of keys, in three spacings", () => {
    const wanted = probe.decode(encode(line()))?.events[0];
    let all = 0;
    for (const order of permutations(Object.keys(members))) {
      for (const spacing of [undefined, [",", ":"], [" ,\t", " : "]] as const) {
        const bytes = encode(line({}, order, spacing));
        expect(probe.scan(bytes)?.event).toEqual(wanted);
        expect(probe.decode(bytes)?.events[0]).toEqual(wanted);
        all++;
      }
    }
    expect(all).toBe(2_160);
  });

  test.each(brokenUtf8)("agree on the bytes %p in a string of the metadata", (bytes, isFast) => {
    const [before, after] = withMetadata('{"session_id": "a|b", "n": 5}').split("|");
    const broken = Buffer.concat([encode(before ?? ""), Buffer.from(bytes), encode(after ?? "")]);
    const scanned = probe.scan(broken);
    expect(scanned !== null).toBe(isFast);
    const [event] = probe.decode(broken)?.events ?? [];
    expect(scanned?.event).toEqual(event);
    expect(event?.metadata["session_id"]).toContain("\ufffd");
    if (event !== undefined) expect(scanned?.view).toEqual(probe.look(event));
  });

  test.each(["request_id", "event", "service"])(
    "leave invalid UTF-8 in %s to the exact path",
    (key) => {
      const [before, after] = line({ [key]: '"a|b"' }).split("|");
      const broken = Buffer.concat([
        encode(before ?? ""),
        Buffer.from([0xff]),
        encode(after ?? ""),
      ]);
      expect(probe.scan(broken)).toBeNull();
      expect(probe.decode(broken)?.events.length).toBe(1);
    },
  );

  test("agree on ids of 1 to 40 bytes, in both spacings", () => {
    let cases = 0;
    const seen = new Set<string>();
    for (let length = 1; length <= 40; length++) {
      for (const spelled of [line, compact]) {
        for (const letters of ["0123456789abcdef", "zyxwvutsrqponmlk"]) {
          const id = letters.repeat(3).slice(0, length);
          const bytes = encode(spelled({ request_id: `"${id}"` }));
          const scanned = probe.scan(bytes);
          const [event] = probe.decode(bytes)?.events ?? [];
          if (event === undefined || scanned === null) throw new Error(`not an event: ${id}`);
          expect(scanned.event).toEqual(event);
          expect(scanned.view).toEqual(probe.look(event));
          expect(scanned.view.id).toBe(id);
          seen.add(scanned.view.id);
          cases++;
        }
      }
    }
    expect([cases, seen.size]).toEqual([160, 80]);
  });

  test("agree on names and services of 1 to 200 bytes", () => {
    const numbers = new Set<number>();
    for (let length = 1; length <= 200; length++) {
      for (const key of ["event", "service"]) {
        const bytes = encode(line({ [key]: `"${"n".repeat(length)}"` }));
        const scanned = probe.scan(bytes);
        expect(scanned?.event as unknown).toEqual(probe.decode(bytes)?.events[0]);
        numbers.add(scanned?.view.pair ?? -1);
      }
    }
    expect(numbers.size).toBe(400);
  });

  test("keep names apart that differ in one byte, or in where the service ends", () => {
    const numbers = new Set<number>();
    const spellings: [service: string, name: string][] = [];
    for (let at = 0; at < 40; at++) {
      spellings.push(["stt", `${"n".repeat(at)}m${"n".repeat(39 - at)}`]);
      spellings.push(["a".repeat(at), "a".repeat(41 - at)]);
    }
    for (const [service, name] of spellings) {
      const bytes = encode(line({ service: `"${service}"`, event: `"${name}"` }));
      for (let time = 0; time < 2; time++) {
        const scanned = probe.scan(bytes);
        expect([scanned?.event.service, scanned?.event.name]).toEqual([service, name]);
        numbers.add(scanned?.view.pair ?? -1);
      }
    }
    expect([spellings.length, numbers.size]).toEqual([80, 80]);
  });
});

describe("LineScanner", () => {
  test("gives each line of a block its place, fast or odd", () => {
    const scanner = new LineScanner(4096, 1000);
    const lines = [line(), "odd", "", `${compact()}\r`, withId("grüße"), line()];
    const bytes = encode(`${lines.join("\n")}\nunfinished`);
    scanner.input.set(bytes);
    expect(scanner.scan(0, bytes.length)).toBe(lines.length);
    const found = lines.map((_, record) => {
      const [start, end] = [
        scanner.fieldOf(record, field.start),
        scanner.fieldOf(record, field.end),
      ];
      const isOdd = scanner.fieldOf(record, field.pair) < 0;
      return [isOdd ? "odd" : "fast", scanner.textOf(start, end)];
    });
    expect(found).toEqual([
      ["fast", line()],
      ["odd", "odd"],
      ["odd", ""],
      ["fast", compact()],
      ["odd", withId("grüße")],
      ["fast", line()],
    ]);
    expect(scanner.consumed).toBe(bytes.length - "unfinished".length);
    expect(scanner.pairTotal).toBe(1);
  });

  test("takes no more of a line than has been read, whatever lies behind", () => {
    let cuts = 0;
    for (const ending of ["\n", "\r\n"]) {
      const whole = encode(`${line()}${ending}`);
      for (let filled = 0; filled < whole.length; filled++) {
        const scanner = cuts++ % 32 === 0 ? new LineScanner(1024, 1000) : reused(whole);
        // The whole line lies there, from the last block, say; only so much of it counts.
        scanner.input.set(whole);
        expect([scanner.scan(0, filled), scanner.consumed]).toEqual([0, 0]);
      }
    }
    expect(cuts).toBe(2 * line().length + 3);
  });

  test("goes on where it stopped when there are more lines than records", () => {
    const scanner = new LineScanner(2_000_000, 1000);
    const count = scanner.capacity * 2 + 10;
    const bytes = encode(`${line()}\n`.repeat(count));
    scanner.input.set(bytes);
    const taken: number[] = [];
    for (let at = 0; at < bytes.length; at = scanner.consumed) {
      taken.push(scanner.scan(at, bytes.length));
    }
    expect(taken).toEqual([scanner.capacity, scanner.capacity, 10]);
  });

  test("leaves lines of further names to the exact path once its table is full", () => {
    const scanner = new LineScanner(8192, 1000);
    let [taken, odd] = [0, 0];
    for (let index = 0; index < 17_000; index++) {
      const bytes = encode(`${withName(`name ${index}`)}\n`);
      scanner.input.set(bytes);
      scanner.scan(0, bytes.length);
      if (scanner.fieldOf(0, field.pair) < 0) odd++;
      else taken++;
    }
    expect([taken, odd, scanner.pairTotal]).toEqual([16_384, 616, 16_384]);
    const known = encode(`${withName("name 16383")}\n`);
    scanner.input.set(known);
    scanner.scan(0, known.length);
    expect(scanner.pairOf(scanner.fieldOf(0, field.pair)).name).toBe("name 16383");
  });

  test("leaves lines to the exact path once there is no room for their names", () => {
    const scanner = new LineScanner(1_048_576, 1_048_576);
    const kinds = [700_000, 300_000, 100_000, 10].map((length) => {
      const bytes = encode(`${withName("n".repeat(length))}\n`);
      scanner.input.set(bytes);
      scanner.scan(0, bytes.length);
      return scanner.fieldOf(0, field.pair) < 0 ? "odd" : "fast";
    });
    expect(kinds).toEqual(["fast", "fast", "odd", "fast"]);
  });
});

let shared: LineScanner | null = null;

/** A scanner that has seen the line before. */
function reused(whole: Uint8Array): LineScanner {
  shared ??= new LineScanner(1024, 1000);
  shared.input.set(whole);
  shared.scan(0, whole.length);
  return shared;
}

function permutations(items: readonly string[]): string[][] {
  if (items.length < 2) return [[...items]];
  return items.flatMap((item, index) =>
    permutations(items.toSpliced(index, 1)).map((rest) => [item, ...rest]),
  );
}

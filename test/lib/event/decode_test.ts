import { describe, expect, test } from "bun:test";
import { type DecodedLine, decodeLine, problemKinds } from "../../../lib/event/decode.ts";
import type { TimingEvent } from "../../../lib/event/timing_event.ts";

const good =
  '{"timestamp": 1764253805.25, "iso_time": "2025-11-27T14:30:05.250000", "request_id": "abc123de", "service": "stt", "event": "stt_pause_detected", "metadata": {"pause_threshold": 1.0}}';
const torn =
  '{"timestamp": 1764253805.3, "iso_time": "2025-11-27T14:30:05.300000", "request_id": "ab';
const event: TimingEvent = {
  timestampSeconds: 1764253805.25,
  requestId: "abc123de",
  service: "stt",
  name: "stt_pause_detected",
  metadata: { pause_threshold: 1 },
};

const encoder = new TextEncoder();

function decode(line: string | Uint8Array, isTail = false): DecodedLine | null {
  const bytes = typeof line === "string" ? encoder.encode(line) : line;
  return decodeLine(bytes, 0, bytes.length, isTail);
}

/** A line whose fields are the good ones, except for those given; undefined leaves one out. */
function line(fields: Readonly<Record<string, string | undefined>>): string {
  const members: Record<string, string | undefined> = {
    timestamp: "1764253805.25",
    iso_time: '"2025-11-27T14:30:05.250000"',
    request_id: '"abc123de"',
    service: '"stt"',
    event: '"stt_pause_detected"',
    metadata: '{"pause_threshold": 1.0}',
    ...fields,
  };
  const written = Object.entries(members).filter(([, value]) => value !== undefined);
  return `{${written.map(([key, value]) => `"${key}": ${value}`).join(", ")}}`;
}

function levels(count: number): string {
  return line({ metadata: `{"d": ${"[".repeat(count - 2)}${"]".repeat(count - 2)}}` });
}

/** What a line is read as: one event with these differences from the good one. */
type Read = readonly [what: string, line: string, differences: Partial<TimingEvent>];

const readAsEvent: readonly Read[] = [
  ["the canonical layout", good, {}],
  ["no spacing", good.replaceAll(", ", ",").replaceAll(": ", ":"), {}],
  ["spacing everywhere", good.replaceAll(', "', ' ,\t "').replaceAll('": ', '" : '), {}],
  [
    "keys in another order",
    '{"event": "stt_pause_detected", "metadata": {"pause_threshold": 1.0}, "service": "stt", "request_id": "abc123de", "timestamp": 1764253805.25}',
    {},
  ],
  ["extra keys", line({ host: '"booth"', pid: "42", more: '{"a": [1]}' }), {}],
  [
    "duplicate keys, the last one wins",
    `{"timestamp": 7, "event": 7, "metadata": [7], ${good.slice(1)}`,
    {},
  ],
  ["an integer timestamp", line({ timestamp: "1764253805" }), { timestampSeconds: 1764253805 }],
  [
    "seven decimals",
    line({ timestamp: "1764253805.2517867" }),
    { timestampSeconds: 1764253805.2517867 },
  ],
  ["an exponent", line({ timestamp: "1.76425380525e+09" }), {}],
  ["a time before 1970", line({ timestamp: "-1.5" }), { timestampSeconds: -1.5 }],
  ["zero", line({ timestamp: "0" }), { timestampSeconds: 0 }],
  ["no iso_time", line({ iso_time: undefined }), {}],
  ["any iso_time", line({ iso_time: "[null, 3]" }), {}],
  ["no service", line({ service: undefined }), { service: "unknown" }],
  ["null as service", line({ service: "null" }), { service: "unknown" }],
  ["a number as service", line({ service: "7" }), { service: "unknown" }],
  ["a list as service", line({ service: '["stt"]' }), { service: "unknown" }],
  ["an empty service", line({ service: '""' }), { service: "" }],
  ["no metadata", line({ metadata: undefined }), { metadata: {} }],
  ["null as metadata", line({ metadata: "null" }), { metadata: {} }],
  ["NaN as metadata", line({ metadata: "NaN" }), { metadata: {} }],
  ["Infinity as metadata", line({ metadata: "-Infinity" }), { metadata: {} }],
  [
    "NaN and Infinity as values, but not in strings",
    line({ metadata: '{"a": NaN, "b": [Infinity, -Infinity], "c": "NaN \\" -Infinity\\\\"}' }),
    { metadata: { a: null, b: [null, null], c: 'NaN " -Infinity\\' } },
  ],
  ["NaN in extra keys", line({ load: "NaN", NaN: "-Infinity" }), {}],
  [
    "numbers too large",
    line({ metadata: '{"a": 1e999, "b": [-1e999, {"c": 1e309}], "d": 1e308}' }),
    { metadata: { a: null, b: [null, { c: null }], d: 1e308 } },
  ],
  ["a carriage return at the end", `${good}\r`, {}],
  ["blanks around", `  \t${good}  \t`, {}],
  ["\\u escapes", line({ event: '"st\\u0074_pause_detected"' }), {}],
  [
    "escaped quotes and backslashes",
    line({ event: '"a \\"b\\" \\\\ c\\/"' }),
    { name: 'a "b" \\ c/' },
  ],
  ["UTF-8 beyond the first plane", line({ event: '"naïve 你好 🎙"' }), { name: "naïve 你好 🎙" }],
  ["escaped surrogates", line({ event: '"\\ud83c\\udf99"' }), { name: "🎙" }],
  [
    "a control character, escaped",
    line({ request_id: '"\\u001b[31m"' }),
    { requestId: "\x1b[31m" },
  ],
  [
    "an event inside the metadata",
    line({ metadata: `{"inner": ${good}}` }),
    { metadata: { inner: JSON.parse(good) } },
  ],
  ["64 levels", levels(64), { metadata: JSON.parse(levels(64)).metadata }],
];

describe("decodeLine() reads as an event", () => {
  test("in as many cases as the table has rows", () => {
    expect(readAsEvent.length).toBe(34);
  });

  test.each(readAsEvent)("%s", (_, text, differences) => {
    const wanted = { events: [{ ...event, ...differences }], recovered: 0, fault: null };
    expect(decode(text)).toEqual(wanted);
    // A last line without newline that parses is as good as any other.
    expect(decode(text, true)).toEqual(wanted);
  });
});

type Fault = readonly [what: string, line: string, kind: string, detail: RegExp];

const faults: readonly Fault[] = [
  ["words", "hello", "bad json", /^not valid JSON$/],
  ["a comma too many", good.replace("}}", "},}"), "bad json", /^not valid JSON$/],
  ["a torn line", torn, "bad json", /^not valid JSON$/],
  ["an open object", "{", "bad json", /^not valid JSON$/],
  ["a control character in a string", line({ event: '"a\tb"' }), "bad json", /^not valid JSON$/],
  ["NaN spelt otherwise", line({ timestamp: "nan" }), "bad json", /^not valid JSON$/],
  ["NaN as a part of a word", line({ timestamp: "NaNo" }), "bad json", /^not valid JSON$/],
  ["-NaN", line({ timestamp: "-NaN" }), "bad json", /^not valid JSON$/],
  ["+Infinity", line({ timestamp: "+Infinity" }), "bad json", /^not valid JSON$/],
  ["null", "null", "not an object", /^a JSON null, not an object$/],
  ["a bare NaN", "NaN", "not an object", /^a JSON null, not an object$/],
  ["a bare -Infinity", " -Infinity ", "not an object", /^a JSON null, not an object$/],
  ["a number", "42", "not an object", /^a JSON number, not an object$/],
  ["a string", '"NaN"', "not an object", /^a JSON string, not an object$/],
  ["true", "true", "not an object", /^a JSON boolean, not an object$/],
  ["a list of events", `[${good}]`, "not an object", /^a JSON array, not an object$/],
  ["an empty object", "{}", "field", /^timestamp is missing, wanted a finite number$/],
  ["no timestamp", line({ timestamp: undefined }), "field", /^timestamp is missing/],
  ["text as timestamp", line({ timestamp: '"1764253805"' }), "field", /^timestamp is string/],
  ["null as timestamp", line({ timestamp: "null" }), "field", /^timestamp is null/],
  ["NaN as timestamp", line({ timestamp: "NaN" }), "field", /^timestamp is null/],
  ["Infinity as timestamp", line({ timestamp: "Infinity" }), "field", /^timestamp is null/],
  ["a timestamp too large", line({ timestamp: "1e999" }), "field", /^timestamp is null/],
  ["true as timestamp", line({ timestamp: "true" }), "field", /^timestamp is boolean/],
  ["no request_id", line({ request_id: undefined }), "field", /^request_id is missing/],
  ["an empty request_id", line({ request_id: '""' }), "field", /^request_id is an empty string/],
  ["a number as request_id", line({ request_id: "7" }), "field", /^request_id is number/],
  [
    "no event",
    line({ event: undefined }),
    "field",
    /^event is missing, wanted a non-empty string$/,
  ],
  ["an empty event", line({ event: '""' }), "field", /^event is an empty string/],
  ["an object as event", line({ event: "{}" }), "field", /^event is object/],
  [
    "a list as metadata",
    line({ metadata: "[]" }),
    "field",
    /^metadata is array, wanted an object$/,
  ],
  ["text as metadata", line({ metadata: '"{}"' }), "field", /^metadata is string/],
  ["zero as metadata", line({ metadata: "0" }), "field", /^metadata is number/],
  ["false as metadata", line({ metadata: "false" }), "field", /^metadata is boolean/],
  ["empty text as metadata", line({ metadata: '""' }), "field", /^metadata is an empty string/],
  ["65 levels", levels(65), "too deep", /^nested deeper than 64 levels$/],
  ["400 000 levels", levels(400_000), "too deep", /^nested deeper than 64 levels$/],
  [
    "65 levels outside the metadata",
    line({ extra: `${'{"a": '.repeat(64)}1${"}".repeat(64)}` }),
    "too deep",
    /^nested deeper than 64 levels$/,
  ],
  ["too deep wins over a missing field", levels(65).replace("request_id", "id"), "too deep", /./],
];

describe("decodeLine() finds no event in", () => {
  test("as many cases as the table has rows", () => {
    expect(faults.length).toBe(39);
    const covered = new Set(faults.map(([, , kind]) => kind));
    // These three are of the whole file: a cap, a split line, an end.
    const others = ["too long", "torn", "torn tail"];
    expect([...covered, ...others].sort()).toEqual([...problemKinds].sort());
  });

  test.each(faults)("%s", (_, text, kind, detail) => {
    const decoded = decode(text);
    expect(decoded?.events).toEqual([]);
    expect(decoded?.recovered).toBe(0);
    expect(decoded?.fault?.kind as string).toBe(kind);
    expect(decoded?.fault?.detail).toMatch(detail);
    // The same bytes where the file ends are a writer at work.
    expect(decode(text, true)).toEqual({
      events: [],
      recovered: 0,
      fault: {
        kind: "torn tail",
        detail: "the file ends inside this line; a writer may be at work",
      },
    });
  });
});

describe("decodeLine() on blank spans", () => {
  test.each(["", " ", "\t", "\r", " \t \r"])("is null for %j, also as a tail", (text) => {
    expect(decode(text)).toBeNull();
    expect(decode(text, true)).toBeNull();
  });
});

const other = good.replace("abc123de", "00000002");
const third = good.replace("abc123de", "00000003");

interface Glued {
  readonly what: string;
  readonly line: string;
  readonly ids: readonly string[];
  readonly recovered: number;
  readonly kind: string | null;
  readonly tailKind?: string | null;
}

const glued: readonly Glued[] = [
  {
    what: "two whole events",
    line: good + other,
    ids: ["abc123de", "00000002"],
    recovered: 1,
    kind: null,
  },
  {
    what: "two with blanks between",
    line: ` ${good} \t ${other}\r`,
    ids: ["abc123de", "00000002"],
    recovered: 1,
    kind: null,
  },
  {
    what: "three whole events",
    line: good + other + third,
    ids: ["abc123de", "00000002", "00000003"],
    recovered: 2,
    kind: null,
  },
  {
    what: "an event behind torn bytes",
    line: torn + good,
    ids: ["abc123de"],
    recovered: 1,
    kind: "torn",
  },
  {
    what: "an event behind a blank and torn bytes",
    line: ` ${torn}${good}`,
    ids: ["abc123de"],
    recovered: 1,
    kind: "torn",
  },
  {
    what: "torn bytes between two events",
    line: good + torn + other,
    ids: ["abc123de", "00000002"],
    recovered: 1,
    kind: "torn",
  },
  {
    what: "an event before torn bytes",
    line: good + torn,
    ids: ["abc123de"],
    recovered: 0,
    kind: "bad json",
    tailKind: "torn tail",
  },
  {
    what: "torn bytes on both sides of an event",
    line: torn + good + torn,
    ids: ["abc123de"],
    recovered: 1,
    kind: "torn",
    tailKind: "torn tail",
  },
  {
    what: "torn bytes twice",
    line: torn + torn,
    ids: [],
    recovered: 0,
    kind: "bad json",
    tailKind: "torn tail",
  },
  {
    what: "an event before words",
    line: `${good} and more`,
    ids: [],
    recovered: 0,
    kind: "bad json",
    tailKind: "torn tail",
  },
  {
    what: "a byte order mark in the middle of a file",
    line: `\ufeff${good}`,
    ids: ["abc123de"],
    recovered: 1,
    kind: "torn",
  },
  {
    what: "words before an event",
    line: `warning: ${good}`,
    ids: ["abc123de"],
    recovered: 1,
    kind: "torn",
  },
  {
    what: "an event behind one that lacks a field",
    line: `{"timestamp": 1}${good}`,
    ids: ["abc123de"],
    recovered: 1,
    kind: "torn",
  },
  {
    what: "an event behind one of an older layout",
    line: `${line({ iso_time: undefined })}${good}`,
    ids: ["abc123de", "abc123de"],
    recovered: 1,
    kind: null,
  },
  {
    what: "an event behind one with NaN",
    line: `${line({ metadata: '{"a": NaN}' })}${good}`,
    ids: ["abc123de", "abc123de"],
    recovered: 1,
    kind: null,
  },
  {
    what: "a line torn inside a string that holds an event's beginning",
    line: `${line({ metadata: '{"t": "{\\"timestamp\\"' }).slice(0, -3)}${good}`,
    ids: ["abc123de"],
    recovered: 1,
    kind: "torn",
  },
];

describe("decodeLine() on events glued together", () => {
  test("in as many cases as the table has rows", () => {
    expect(glued.length).toBe(16);
  });

  test.each(glued)("splits $what", ({ line: text, ids, recovered, kind, tailKind }) => {
    const decoded = decode(text);
    expect(decoded?.events.map((one) => one.requestId)).toEqual([...ids]);
    expect(decoded?.recovered).toBe(recovered);
    expect(decoded?.fault?.kind ?? null).toBe(kind as never);
    const tail = decode(text, true);
    expect(tail?.events).toEqual(decoded?.events ?? []);
    expect(tail?.recovered).toBe(recovered);
    expect(tail?.fault?.kind ?? null).toBe((tailKind === undefined ? kind : tailKind) as never);
  });

  test("says how many events it recovered", () => {
    expect(decode(torn + good)?.fault?.detail).toBe("1 whole event recovered from this line");
    expect(decode(torn + good + other)?.fault?.detail).toBe(
      "2 whole events recovered from this line",
    );
  });

  test("splits at the last 8 beginnings only", () => {
    const ids = Array.from({ length: 12 }, (_, index) => `0000000${index.toString(16)}`);
    const lines = (count: number) => ids.slice(0, count).map((id) => good.replace("abc123de", id));
    const nine = decode(lines(9).join(""));
    expect(nine?.events.map(({ requestId }) => requestId)).toEqual(ids.slice(0, 9));
    expect([nine?.recovered, nine?.fault]).toEqual([8, null]);
    const ten = decode(lines(10).join(""));
    expect(ten?.events.map(({ requestId }) => requestId)).toEqual(ids.slice(2, 10));
    expect([ten?.recovered, ten?.fault?.kind]).toEqual([8, "torn"]);
    const twelve = decode(lines(12).join(""));
    expect(twelve?.events.map(({ requestId }) => requestId)).toEqual(ids.slice(4, 12));
    expect([twelve?.recovered, twelve?.fault?.kind]).toEqual([8, "torn"]);
  });

  test("of every torn line keeps exactly the whole event behind it", () => {
    let cases = 0;
    for (let cut = 1; cut < good.length; cut++) {
      const decoded = decode(good.slice(0, cut) + other);
      expect([cut, decoded?.events.map(({ requestId }) => requestId)]).toEqual([cut, ["00000002"]]);
      expect([cut, decoded?.recovered, decoded?.fault?.kind]).toEqual([cut, 1, "torn"]);
      cases++;
    }
    expect(cases).toBe(good.length - 1);
  });

  test("of a file that ends inside a line reports every place as a torn tail", () => {
    let cases = 0;
    for (let cut = 1; cut < good.length; cut++) {
      const decoded = decode(good.slice(0, cut), true);
      expect([cut, decoded?.events.length, decoded?.fault?.kind]).toEqual([cut, 0, "torn tail"]);
      cases++;
    }
    expect(cases).toBe(good.length - 1);
  });
});

describe("decodeLine() on hostile bytes", () => {
  test("reads invalid UTF-8 as U+FFFD", () => {
    const bytes = encoder.encode(line({ event: '"a?b"' }));
    bytes[bytes.indexOf(63)] = 0xff;
    expect(decode(bytes)?.events).toEqual([{ ...event, name: "a\ufffdb" }]);
  });

  test("reads a character cut in half as U+FFFD and keeps what follows", () => {
    const whole = encoder.encode(line({ event: '"é"' }));
    const at = whole.indexOf(0xc3);
    const cut = new Uint8Array([...whole.subarray(0, at + 1), ...whole.subarray(at + 2)]);
    expect(decode(cut)?.events).toEqual([{ ...event, name: "\ufffd" }]);
  });

  test("decodes only the span it is given", () => {
    const bytes = encoder.encode(`${torn}${good}${torn}`);
    const decoded = decodeLine(bytes, torn.length, torn.length + good.length, false);
    expect(decoded).toEqual({ events: [event], recovered: 0, fault: null });
  });

  test("takes __proto__ and constructor as ordinary keys", () => {
    const text = line({
      metadata: '{"__proto__": {"polluted": true}, "constructor": 1, "a": 1e999}',
    });
    const metadata = decode(`{"__proto__": {"timestamp": 1}, ${text.slice(1)}`)?.events[0]
      ?.metadata;
    expect(JSON.stringify(metadata)).toBe(
      '{"__proto__":{"polluted":true},"constructor":1,"a":null}',
    );
    expect(Object.hasOwn(metadata ?? {}, "__proto__")).toBe(true);
    expect(Object.getPrototypeOf(metadata)).toBe(Object.prototype);
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
    // A number too large under that very key is made null without touching the prototype.
    const large = decode(line({ metadata: '{"__proto__": 1e999}' }))?.events[0]?.metadata;
    expect(JSON.stringify(large)).toBe('{"__proto__":null}');
    expect(Object.getPrototypeOf(large)).toBe(Object.prototype);
  });

  test("does not find fields in a __proto__ that the line brings", () => {
    const inherited = decode(`{"__proto__": ${good}}`);
    expect(inherited?.fault?.detail).toBe("timestamp is missing, wanted a finite number");
  });

  const mebibyte = 1024 * 1024;
  const patterns = ['{"a":', "[", '{"timestamp"', "NaN", '\\"', '"', '"\\', "NaN[", good, torn];
  // In square time one such line takes minutes: the runner's timeout of 5 s is the check.
  test.each(patterns)("takes linear time for 1 MiB of %j", (pattern) => {
    const repeated = pattern.repeat(Math.ceil(mebibyte / pattern.length)).slice(0, mebibyte);
    for (const text of [repeated, `NaN${repeated}`, `{"a": NaN, "b": "${repeated}`]) {
      const decoded = decode(text);
      expect(decoded?.fault).not.toBeNull();
    }
  });
});

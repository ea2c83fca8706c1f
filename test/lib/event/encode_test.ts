import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { decodeLine } from "../../../lib/event/decode.ts";
import { encodeEvent } from "../../../lib/event/encode.ts";
import type { JsonValue, Metadata, TimingEvent } from "../../../lib/event/timing_event.ts";
import { describeWithTools } from "../../support/tools.ts";

const event: TimingEvent = {
  timestampSeconds: 1764253805.2526357,
  requestId: "b9daa2eb",
  service: "stt",
  name: "stt_transcript_finalized",
  metadata: { text_length: 73 },
};

/** The instant as local time, found by another way than the one under test. */
function localIso(seconds: number): string {
  const milliseconds = Math.floor(seconds * 1000);
  const offsetMinutes = new Date(milliseconds).getTimezoneOffset();
  return new Date(milliseconds - offsetMinutes * 60_000).toISOString().slice(0, 19);
}

describe("encodeEvent()", () => {
  test("writes the six keys in order, separated as Python separates them", () => {
    expect(encodeEvent(event)).toBe(
      `{"timestamp": 1764253805.252636, "iso_time": "${localIso(event.timestampSeconds)}.252636", ` +
        '"request_id": "b9daa2eb", "service": "stt", "event": "stt_transcript_finalized", ' +
        '"metadata": {"text_length": 73}}\n',
    );
  });

  const timestamps: readonly [seconds: number, written: string][] = [
    [1764253805, "1764253805.000000"],
    [1764253805.25, "1764253805.250000"],
    [1764253805.0000002, "1764253805.000000"],
    [1764253805.0000007, "1764253805.000001"],
    [1764253805.9999998, "1764253806.000000"],
    [0, "0.000000"],
    [0.000001, "0.000001"],
    [0.5, "0.500000"],
    [-1.5, "-1.500000"],
    [-0.25, "-0.250000"],
    [4503599627.370495, "4503599627.370495"],
    [8.64e12, "8640000000000.000000"],
  ];

  test("prints timestamps with exactly six decimals, in as many cases as the table has rows", () => {
    expect(timestamps.length).toBe(12);
    for (const [timestampSeconds, written] of timestamps) {
      const line = encodeEvent({ ...event, timestampSeconds });
      expect(line).toStartWith(`{"timestamp": ${written}, "iso_time": "`);
    }
  });

  test("writes into iso_time the same rounded instant as into timestamp", () => {
    for (const timestampSeconds of [1764253805.9999998, 1764253805.0000007, -1.5, -0.25, 0.5]) {
      const line = encodeEvent({ ...event, timestampSeconds });
      const { timestamp, iso_time } = JSON.parse(line) as { timestamp: number; iso_time: string };
      const [whole = "", fraction] = iso_time.split(".");
      expect(whole).toBe(localIso(timestamp));
      expect(fraction).toMatch(/^\d{6}$/);
      const [, decimals = ""] = line.split(",")[0]?.split(".") ?? [];
      const below = timestamp < 0 ? (1_000_000 - Number(decimals)) % 1_000_000 : Number(decimals);
      expect(Number(fraction)).toBe(below);
    }
  });

  const values: readonly [value: JsonValue, written: string][] = [
    [{}, "{}"],
    [{ a: [] }, '{"a": []}'],
    [{ a: [1, [2, { b: null }]], c: true }, '{"a": [1, [2, {"b": null}]], "c": true}'],
    [{ "a, b": "c: d" }, '{"a, b": "c: d"}'],
    [{ quote: '"\\\n\u0001\u2028é🎙' }, '{"quote": "\\"\\\\\\n\\u0001\u2028é🎙"}'],
    [{ n: -0.5, big: 1e21, small: 1e-7 }, '{"n": -0.5, "big": 1e+21, "small": 1e-7}'],
    [JSON.parse('{"__proto__": 1, "constructor": 2}'), '{"__proto__": 1, "constructor": 2}'],
  ];

  test("writes metadata of every kind, in as many cases as the table has rows", () => {
    expect(values.length).toBe(7);
    for (const [value, written] of values) {
      const line = encodeEvent({ ...event, metadata: value as Metadata });
      expect(line).toEndWith(`, "metadata": ${written}}\n`);
    }
  });

  test("keeps every event on one line of its own", () => {
    const hostile = encodeEvent({
      ...event,
      requestId: "a\nb\r",
      service: "\u0000",
      name: "x\u0085\u2028",
      metadata: { "k\n": "v\n" },
    });
    expect(hostile.indexOf("\n")).toBe(hostile.length - 1);
    expect(hostile).not.toContain("\u0000");
  });

  test("writes a lone surrogate as an escape, so that the bytes are valid UTF-8", () => {
    const line = encodeEvent({ ...event, name: "a\ud800" });
    expect(line).toContain('"event": "a\\ud800"');
  });

  test("gives back from decodeLine() what it was given, whatever that was", () => {
    const json = fc.jsonValue({ maxDepth: 5 });
    const object = fc.dictionary(fc.string({ unit: "binary" }), json);
    const text = fc.string({ unit: "binary", minLength: 1 });
    const micros = fc.integer({ min: -(2 ** 51), max: 2 ** 51 });
    const whole = (micro: number) => Number(`${micro}e-6`);
    let cases = 0;
    fc.assert(
      fc.property(micros, text, text, text, object, (micro, requestId, service, name, data) => {
        // JSON knows no negative zero.
        const metadata = JSON.parse(JSON.stringify(data)) as Metadata;
        const given = { timestampSeconds: whole(micro), requestId, service, name, metadata };
        const bytes = new TextEncoder().encode(encodeEvent(given));
        const decoded = decodeLine(bytes, 0, bytes.length - 1, false);
        expect(decoded).toEqual({ events: [given], recovered: 0, fault: null });
        cases++;
      }),
      { numRuns: 500, seed: 7 },
    );
    expect(cases).toBe(500);
  });
});

describeWithTools("encodeEvent() beside Python's json.dumps", ["python3"], () => {
  test("writes the same bytes for the same data", () => {
    const events: TimingEvent[] = [
      event,
      { ...event, timestampSeconds: 1764253805.000001, metadata: {} },
      {
        ...event,
        name: 'naïve 你好 🎙 "quoted" \\ back',
        metadata: { "\u001b[31m": "\u007f\u0080" },
      },
      { ...event, metadata: { a: [1, 2.5, -3, true, false, null, []], b: { c: {}, d: "\t\b\f" } } },
      {
        ...event,
        requestId: "\u0000\u001f",
        metadata: { float: 0.1, small: 0.0001, big: 123456789 },
      },
    ];
    const script = [
      "import json, sys",
      "for line in sys.stdin.buffer.read().decode().split('\\n')[:-1]:",
      "    sys.stdout.buffer.write((json.dumps(json.loads(line), ensure_ascii=False) + '\\n').encode())",
    ].join("\n");
    const lines = events.map((event) => encodeEvent(event)).join("");
    const python = Bun.spawnSync(["python3", "-c", script], { stdin: new Blob([lines]) });
    expect(python.stderr.toString()).toBe("");
    expect(python.stdout.toString()).toBe(lines);
    expect(lines.split("\n").length).toBe(6);
  });
});

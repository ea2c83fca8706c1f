/** The scanner against JSON.parse and `decodeLine()` on very many made-up lines, the same in every run. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { field, LineScanner } from "../../../../lib/event/scanner/line_scanner.ts";
import { seededRandom } from "../../../support/events.ts";
import { LineProbe } from "../../../support/line_probe.ts";

// Very many lines, on a machine that may have other work.
setDefaultTimeout(60_000);

const encode = (text: string) => new TextEncoder().encode(text);

describe("a timestamp", () => {
  const line = (timestamp: string) =>
    `{"timestamp": ${timestamp}, "iso_time": "2025-11-27T14:30:05", "request_id": "b9daa2eb", ` +
    `"service": "stt", "event": "x", "metadata": {}}\n`;

  test("of up to seven decimals is what JSON.parse makes of it, to the last bit", () => {
    const pick = picker(1);
    const kinds = new Map<string, number>();
    const texts = Array.from({ length: 120_000 }, () => timestampText(pick, kinds));
    expect(texts.length).toBe(120_000);
    expect([...kinds].every(([, count]) => count > 5_000)).toBe(true);
    expect(kinds.size).toBe(11);
    let [equal, odd] = [0, 0];
    scanInBatches(texts.map(line), (scanner, record, index) => {
      const text = texts[index] ?? "";
      const decimals = text.split(".")[1]?.length ?? 0;
      if (scanner.fieldOf(record, field.pair) < 0) {
        odd++;
        if (decimals <= 7) throw new Error(`${text} is odd`);
      } else {
        if (decimals > 7) throw new Error(`${text} is not odd`);
        if (!Object.is(scanner.timestampOf(record), JSON.parse(text))) throw new Error(text);
        equal++;
      }
    });
    expect(equal + odd).toBe(120_000);
    expect(equal).toBeGreaterThan(100_000);
    expect(odd).toBeGreaterThan(5_000);
  });
});

/** A time of ten digits with 0 to 8 decimals, or one whose decimals lie near where float64 rounds. */
function timestampText(pick: (count: number) => number, kinds: Map<string, number>): string {
  const whole = [1e9 + pick(1e9), 1e9 + pick(9e9), 2 ** (30 + pick(4)) + pick(3)][pick(3)] ?? 1e9;
  const decimals = pick(11);
  kinds.set(String(decimals), (kinds.get(String(decimals)) ?? 0) + 1);
  const seconds = String(Math.min(whole, 9_999_999_999));
  if (decimals === 0) return seconds;
  // Halves of the last bit of a float64 of this size, cut to seven decimals.
  const halfBits = pick(2 ** 23) / 2 ** 23;
  if (decimals === 9) return `${seconds}.${halfBits.toFixed(7).slice(2)}`;
  if (decimals === 10) return `${seconds}.${"0123459"[pick(7)]}${"09"[pick(2)]?.repeat(6)}`;
  const fraction = pick(10 ** decimals);
  return `${seconds}.${String(fraction).padStart(decimals, "0")}`;
}

describe("a number in metadata", () => {
  test("is what JSON.parse makes of it, to the last bit, and NaN if it is not finite", () => {
    const pick = picker(2);
    const texts = Array.from({ length: 100_000 }, () => numberText(pick));
    let [finite, infinite, fractions] = [0, 0, 0];
    const lines = texts.map(
      (text) =>
        `{"timestamp": 1764253805, "iso_time": "2025-11-27T14:30:05", "request_id": "b9daa2eb", ` +
        `"service": "stt", "event": "x", "metadata": {"a": 1, "n": ${text}}}\n`,
    );
    const probe = new LineProbe(["n"]);
    for (const [index, text] of texts.entries()) {
      const view = probe.scan(encode((lines[index] ?? "").trim()))?.view;
      const parsed = JSON.parse(text) as number;
      const wanted = Number.isFinite(parsed) ? parsed : Number.NaN;
      if (!Object.is(view?.numbers[0], wanted)) throw new Error(`${text}: ${view?.numbers}`);
      if (Number.isNaN(wanted)) infinite++;
      else finite++;
      if (!Number.isInteger(wanted)) fractions++;
    }
    expect(finite + infinite).toBe(100_000);
    expect(infinite).toBeGreaterThan(1_000);
    expect(fractions).toBeGreaterThan(30_000);
  });
});

/** A number as JSON allows it: short and long, with fraction and exponent or without. */
function numberText(pick: (count: number) => number): string {
  const digits = (count: number) => Array.from({ length: count }, () => pick(10)).join("");
  const sign = pick(3) === 0 ? "-" : "";
  const whole = pick(4) === 0 ? "0" : `${1 + pick(9)}${digits(pick([3, 8, 17, 25][pick(4)] ?? 3))}`;
  const zeros = "0".repeat(pick(4) === 0 ? pick(8) : 0);
  const fraction = pick(3) === 0 ? "" : `.${zeros}${digits(1 + pick([3, 7, 9, 20][pick(4)] ?? 3))}`;
  const size = [30, 400][pick(2)] ?? 30;
  const exponent = pick(5) === 0 ? `${"eE"[pick(2)]}${["", "+", "-"][pick(3)]}${pick(size)}` : "";
  return `${sign}${whole}${fraction}${exponent}`;
}

/** Scans lines by the thousand; `look` sees each of them. */
function scanInBatches(
  lines: readonly string[],
  look: (scanner: LineScanner, record: number, index: number) => void,
): void {
  const scanner = new LineScanner(2_000_000, 1_000_000);
  const batch = scanner.capacity - 1;
  for (let from = 0; from < lines.length; from += batch) {
    const part = lines.slice(from, from + batch);
    const bytes = encode(part.join(""));
    scanner.input.set(bytes);
    const records = scanner.scan(0, bytes.length);
    expect([records, scanner.consumed]).toEqual([part.length, bytes.length]);
    for (let record = 0; record < records; record++) look(scanner, record, from + record);
  }
}

describe("a line with random damage", () => {
  const bases = [
    `{"timestamp": 1764253805.252636, "iso_time": "2025-11-27T14:30:05.252636", "request_id": "b9daa2eb", "service": "stt", "event": "stt_pause_detected", "metadata": {"pause_threshold": 0.8, "n": 12}}`,
    `{"timestamp":1764253805.2526357,"iso_time":"2025-11-27T14:30:05.252636","request_id":"b9daa2eb","service":"v34","event":"v34_ollama_received","metadata":{"n":-1.5e-7,"x":true,"t":null}}`,
    `{"timestamp": 1764253805, "iso_time": "2025-11-27T14:30:05", "request_id": "0123456789abcdefg", "service": "", "event": "e", "metadata": {}}`,
    `{"timestamp": 1764253805.5, "iso_time": "2025-11-27T14:30:05.500000", "request_id": "a", "service": "tts", "event": "tts_x", "metadata": {"session_id": "a\\u00e9\\n", "s": "gr\\\\üße", "n": 0, "f": false}}\r`,
    `{"event": "e", "x": [1, {"y": "\\u00e9"}], "request_id": "b9daa2eb", "metadata": {"n": [2], "x": 3}, "service": "v34", "timestamp": 1764253805.25}`,
    ` { "service" : "v34", "timestamp" : 1764253805.252636, "event" : "x", "event" : "e", "request_id" : "b9daa2eb", "metadata" : { } } \r`,
  ];

  test("is fast only if it is an event, and then the same one", () => {
    const random = seededRandom(3);
    const pick = (count: number) => Math.floor(random() * count);
    const counts = { fast: 0, odd: 0, none: 0, unchanged: 0 };
    let probe = new LineProbe();
    const cases = 80_000;
    for (let index = 0; index < cases; index++) {
      // The names that damage makes would fill the scanner's table.
      if (index % 5_000 === 4_999) probe = new LineProbe();
      const base = Buffer.from(bases[pick(bases.length)] ?? "");
      let bytes: Buffer = base;
      for (let times = Math.max(1, pick(4)); times > 0; times--) bytes = damage(bytes, pick);
      bytes = Buffer.from(bytes.map((byte) => (byte === 10 ? 11 : byte)));
      if (bytes.equals(base)) counts.unchanged++;
      const decoded = probe.decode(bytes);
      const scanned = probe.scan(bytes);
      const [event] = decoded?.events ?? [];
      if (scanned === null) {
        counts[event === undefined ? "none" : "odd"]++;
        continue;
      }
      counts.fast++;
      const isOne = decoded?.events.length === 1 && decoded.fault === null;
      if (!isOne || event === undefined) throw new Error(`Fast, but no event: ${bytes}`);
      if (!Bun.deepEquals(scanned.event, event))
        expect([scanned.event, `${bytes}`]).toEqual([event, ""]);
      const view = probe.look(event);
      if (!Bun.deepEquals(scanned.view, view))
        expect([scanned.view, `${bytes}`]).toEqual([view, ""]);
    }
    expect(counts.fast + counts.odd + counts.none).toBe(cases);
    expect(counts.fast).toBeGreaterThan(10_000);
    expect(counts.odd).toBeGreaterThan(2_000);
    expect(counts.none).toBeGreaterThan(20_000);
    expect(counts.unchanged).toBeLessThan(2_000);
  });
});

/** Bytes that mean something where a line is read. */
const telling = Buffer.from(
  '"\\{}[]:,. \t\r+-eE0123456789NaInfultryi/\u0000\u001f\u007f\u0080\u00ff',
  "latin1",
);

/** Changes, inserts, takes away, repeats or swaps bytes at a random place. */
function damage(bytes: Buffer, pick: (count: number) => number): Buffer {
  // Half of it where most of the grammar is.
  const from = pick(2) === 0 ? 0 : bytes.lastIndexOf("{");
  const at = from + pick(bytes.length + 1 - from);
  const length = 1 + (pick(4) === 0 ? pick(12) : 0);
  const before = bytes.subarray(0, at);
  const after = bytes.subarray(Math.min(bytes.length, at + length));
  const sign = Buffer.from([telling[pick(telling.length)] ?? 0]);
  switch (pick(7)) {
    case 0:
      return Buffer.concat([before, sign, bytes.subarray(at + 1)]);
    case 1:
      return Buffer.concat([before, sign, bytes.subarray(at)]);
    case 2:
      return Buffer.concat([before, after]);
    case 3:
      return Buffer.concat([before, bytes.subarray(at, at + length), bytes.subarray(at)]);
    case 4: {
      const flipped = Buffer.from(bytes);
      if (at < bytes.length) flipped[at] = (flipped[at] ?? 0) ^ (1 << pick(8));
      return flipped;
    }
    case 5: {
      const other = pick(bytes.length);
      return Buffer.concat([before, bytes.subarray(other, other + length), after]);
    }
    default:
      return Buffer.concat([before, Buffer.from([pick(256)]), bytes.subarray(at)]);
  }
}

/** Whole numbers below a count, the same in every run. */
function picker(seed: number): (count: number) => number {
  const random = seededRandom(seed);
  return (count) => Math.floor(random() * count);
}

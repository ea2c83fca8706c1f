/** The scanner's second look at odd lines against `decodeLine()`. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { notJson, tornBeside } from "../../../../lib/event/decode.ts";
import { type OddLine, oddLine } from "../../../../lib/event/scanner/line_scanner.ts";
import { seededRandom } from "../../../support/events.ts";
import { LineProbe, probeMaxLineBytes, type SecondLook } from "../../../support/line_probe.ts";

setDefaultTimeout(60_000);

const probe = new LineProbe(["pause_threshold", "n"]);
const encode = (text: string) => new TextEncoder().encode(text);
const plain =
  '{"timestamp": 1764253805.252636, "iso_time": "2025-11-27T14:30:05.252636", ' +
  '"request_id": "b9daa2eb", "service": "stt", "event": "stt_x", "metadata": {"n": 73}}';
const but = (what: string, instead: string) => plain.replace(what, instead);
const torn = plain.slice(0, 40);

/** Looks at a line again, and proves that what is said of it is what the exact path says. */
function prove(line: Uint8Array): SecondLook | null {
  const seen = probe.lookAgain(line);
  if (seen === null || seen.found === oddLine.unknown) return seen;
  const decoded = probe.decode(line);
  const wanted: Partial<Record<OddLine, unknown>> = {
    [oddLine.event]: { recovered: 0, fault: null },
    [oddLine.blank]: null,
    [oddLine.badJson]: { events: [], recovered: 0, fault: notJson },
    [oddLine.tornBeforeEvent]: { recovered: 1, fault: tornBeside(1), starts: [seen.start] },
  };
  if (decoded === null) expect(wanted[seen.found]).toBeNull();
  else expect(decoded).toMatchObject(wanted[seen.found] as object);
  const [event] = decoded?.events ?? [];
  expect(seen.fast?.event).toEqual(event);
  if (event !== undefined) expect(seen.fast?.view).toEqual(probe.look(event));
  return seen;
}

const cases: readonly (readonly [string, string, OddLine])[] = [
  ["an escape in a key", but("event", "\\u0065vent"), oddLine.event],
  ["an escape in the id", but("b9da", "b9\\u0064a"), oddLine.event],
  ["an escape in the name", but("stt_x", "stt\\u005fx"), oddLine.event],
  ["every short escape", but("stt_x", '\\" \\\\ \\/ \\b \\f \\n \\r \\t'), oddLine.event],
  ["capital digits", but("stt_x", "\\u00E4\\u00Df"), oddLine.event],
  ["a pair of surrogates", but("stt_x", "\\ud83c\\udf99\\u20ac"), oddLine.event],
  ["half a pair", but("stt_x", "\\ud83c"), oddLine.unknown],
  ["the other half", but("stt_x", "\\udf99x"), oddLine.unknown],
  ["half a pair before another escape", but("stt_x", "\\ud83c\\u0041"), oddLine.unknown],
  ["an escaped NUL in the name", but("stt_x", "a\\u0000b"), oddLine.event],
  ["a name beyond ASCII", but("stt_x", "größe 🎙"), oddLine.event],
  ["a service beyond ASCII", but('"stt"', '"ß"'), oddLine.event],
  ["a mark for the order of bytes before a name", but("stt_x", "\ufeffx"), oddLine.event],
  ["an id beyond ASCII", but("b9da", "grüße"), oddLine.unknown],
  ["an id that is ASCII no more", but("b9da", "\\u00e4"), oddLine.unknown],
  ["a delete in the id", but("b9da", "\u007f"), oddLine.event],
  ["an escaped id of 60 bytes", but("b9da", `\\u0061${"i".repeat(55)}`), oddLine.event],
  ["an escaped id of 70 bytes", but("b9da", `\\u0061${"i".repeat(65)}`), oddLine.unknown],
  ["a long escaped name", but("stt_x", `\\u0061${"n".repeat(300)}`), oddLine.unknown],
  ["an empty id", but("b9daa2eb", ""), oddLine.unknown],
  ["an empty name", but("stt_x", ""), oddLine.unknown],
  ["no service", but('"service": "stt", ', ""), oddLine.event],
  ["a service that is null", but('"stt"', "null"), oddLine.event],
  ["two services, the last a number", but('"stt"', '"stt", "service": 5'), oddLine.event],
  ["two names, the last a number", but('"stt_x"', '"stt_x", "event": 5'), oddLine.unknown],
  ["no metadata", but(', "metadata": {"n": 73}', ""), oddLine.event],
  ["metadata null", but('{"n": 73}', "null"), oddLine.event],
  ["metadata and then none", but("73}", '73, "session_id": "a"}, "metadata": null'), oddLine.event],
  ["metadata that is a list", but('{"n": 73}', "[]"), oddLine.unknown],
  ["an escaped key in metadata", but('"n"', '"pause\\u005fthreshold"'), oddLine.event],
  ["an escaped key that is nobody's", but('"n"', '"gr\\u00f6\\u00dfe": 1, "n"'), oddLine.event],
  ["an escaped session_id", but('"n": 73', '"session\\u005fid": "a"'), oddLine.event],
  ["eight decimals", but("252636", "25263571"), oddLine.event],
  ["an exponent in the time", but("1764253805.252636", "1.764253805e9"), oddLine.event],
  ["a time too large", but("1764253805.252636", "1e999"), oddLine.unknown],
  ["a time in quotes", but("1764253805.252636", '"1"'), oddLine.unknown],
  ["nothing", "", oddLine.blank],
  ["blanks", " \t\r ", oddLine.blank],
  ["a word", "hello", oddLine.badJson],
  ["null", "null", oddLine.unknown],
  ["a torn line", torn, oddLine.badJson],
  ["a line torn behind a comma", `${plain.slice(0, -1)},`, oddLine.badJson],
  ["a line torn behind its metadata", plain.slice(0, -1), oddLine.badJson],
  ["a brace too many", `${plain}}`, oddLine.badJson],
  ["a mark for the order of bytes", "\ufeffhello", oddLine.badJson],
  ["a torn line with a hole", `${torn}\0`, oddLine.unknown],
  ["an event behind torn bytes", `${torn}${plain}`, oddLine.tornBeforeEvent],
  ["a compact one", `${torn}${JSON.stringify(JSON.parse(plain))}\r`, oddLine.tornBeforeEvent],
  ["one of another layout", `${torn}${but(", ", " ,")} `, oddLine.tornBeforeEvent],
  ["one with an escape", `${torn}${but("stt_x", "\\u0061")}`, oddLine.tornBeforeEvent],
  ["torn bytes behind torn bytes", `${torn}${torn}`, oddLine.badJson],
  ["an event behind two torn ones", `${torn}${torn}${plain}`, oddLine.tornBeforeEvent],
  ["an event behind eight", `${torn.repeat(8)}${plain}`, oddLine.tornBeforeEvent],
  ["an event behind nine", `${torn.repeat(9)}${plain}`, oddLine.unknown],
  ["a torn one between two events", `${plain}${torn}${plain}`, oddLine.unknown],
  ["two events", `${plain}${plain}`, oddLine.unknown],
  ["torn bytes behind an event", `${plain}${torn}`, oddLine.unknown],
  ["torn bytes before a wrong event", `${torn}${but('"stt_x"', "5")}`, oddLine.unknown],
  [
    "an opening in a string",
    but("73", '"{\\"timestamp\\": 1"').replace("stt_x", "ß"),
    oddLine.event,
  ],
  ["what is nested too deep", `${"[".repeat(70)}${"]".repeat(70)}`, oddLine.unknown],
  ["what is nested too deep and torn", "[".repeat(70), oddLine.unknown],
  ["a line that is too long", "x".repeat(probeMaxLineBytes + 1), oddLine.unknown],
];

describe("LineScanner.readOdd()", () => {
  test.each(cases)("knows %s", (_, text, wanted) => {
    expect(prove(encode(text))?.found).toBe(wanted);
  });

  test("has a case of everything", () => {
    expect(cases.length).toBe(62);
    expect(new Set(cases.map(([, , found]) => found)).size).toBe(5);
  });

  test.each([["event"], ["service"]])("knows invalid UTF-8 in the %s", (key) => {
    const at = plain.indexOf(`"${key}": "`) + key.length + 5;
    for (const bytes of [[0xff], [0xc3], [0xe2, 0x80], [0xed, 0xa0, 0x80], [0xf0, 0x9f]]) {
      const parts = [encode(plain.slice(0, at)), Buffer.from(bytes), encode(plain.slice(at))];
      expect(prove(Buffer.concat(parts))?.found).toBe(oddLine.event);
    }
  });

  test("says of random lines what the exact path says, and mostly knows", () => {
    const random = seededRandom(11);
    const pick = (count: number) => Math.floor(random() * count);
    const met = new Map<OddLine, number>();
    for (let round = 0; round < 100_000; round++) {
      const seen = prove(Buffer.from(oddText(pick), pick(50) === 0 ? "latin1" : "utf8"));
      if (seen !== null) met.set(seen.found, (met.get(seen.found) ?? 0) + 1);
    }
    expect(met.get(oddLine.event)).toBeGreaterThan(5_000);
    expect(met.get(oddLine.badJson)).toBeGreaterThan(5_000);
    expect(met.get(oddLine.tornBeforeEvent)).toBeGreaterThan(1_000);
    expect(met.get(oddLine.blank)).toBeGreaterThan(10);
    expect(met.get(oddLine.unknown)).toBeGreaterThan(1_000);
  });
});

const members = [
  ...[
    '"timestamp": 1764253805.252636',
    '"timestamp": 5e-1',
    '"timestamp": "1"',
    '"timestamp": NaN',
  ],
  ...['"request_id": "b9daa2eb"', '"request_id": "ä"', '"request_id": ""'],
  ...['"service": "stt"', '"service": null', '"event": "stt_x"', '"event": "ü"', '"event": {}'],
  ...['"metadata": {"n": 73, "session_id": "a"}', '"metadata": null', '"metadata": [NaN]'],
  ...['"more": [{"a": -1.5e3}, "\\ud83c"]', '"deep": [[[[]]]]', '"": Infinity'],
];

/** A line to which some of what may happen has happened. */
function oddText(pick: (count: number) => number): string {
  let text = plain;
  if (pick(3) === 0) {
    const more = Array.from({ length: pick(4) }, () => members[pick(members.length)] ?? "");
    const all = [...plain.slice(1, -1).split(/, (?=")/), ...more].filter(() => pick(12) > 0);
    text = `{${all.sort(() => pick(3) - 1).join([", ", ",", " ,\t"][pick(3)])}}`;
  }
  for (let times = pick(4); times > 0; times--) {
    const at = pick(text.length);
    const unit = text.charCodeAt(at);
    const escaped = `\\u${(unit || 0x20).toString(16).padStart(4, "0")}`;
    const instead = [escaped, escaped, escaped, "ß", "\\n", '"', "{", " ", "\\"][pick(9)] ?? "";
    if (/[\w]/.test(text[at] ?? "") || pick(8) === 0)
      text = `${text.slice(0, at)}${instead}${text.slice(at + 1)}`;
  }
  const cut = pick(text.length + 1);
  const happened = [text, text, text, text.slice(0, cut), text.slice(0, cut) + plain, plain + text];
  return pick(200) === 0 ? "\t ".repeat(pick(4)) : (happened[pick(happened.length)] ?? "");
}

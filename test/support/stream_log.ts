import { encodeEvent } from "../../lib/event/encode.ts";
import type { TimingEvent } from "../../lib/event/timing_event.ts";
import { seededRandom } from "./events.ts";

/** The bytes of a log that holds a stream of events, `oddPercent` of its lines spelled or beset oddly. */
export function streamLog(
  events: readonly TimingEvent[],
  { seed, oddPercent }: { readonly seed: number; readonly oddPercent: number },
): Buffer {
  const random = seededRandom(seed);
  const pick = (count: number) => Math.floor(random() * count);
  const parts: Buffer[] = [];
  for (const event of events) {
    const line = encodeEvent(event);
    const isOdd = random() * 100 < oddPercent;
    const text = isOdd ? (oddities[pick(oddities.length)] ?? plain)(event, line, pick) : line;
    parts.push(typeof text === "string" ? Buffer.from(text) : text);
  }
  const bytes = Buffer.concat(parts);
  // Every fourth log ends without its last newline, or within a line.
  return bytes.subarray(0, bytes.length - ([0, 0, 0, 1, 40][pick(5)] ?? 0));
}

type Oddity = (
  event: TimingEvent,
  line: string,
  pick: (count: number) => number,
) => string | Buffer;

const plain: Oddity = (_, line) => line;

/** A JSON string with some or all of its characters written as escapes. */
function escaped(text: string, pick: (count: number) => number): string {
  const units = Array.from({ length: text.length }, (_, at) => text.charCodeAt(at));
  const spelled = units.map((unit, at) => {
    if (pick(3) > 0 && !(at === 0 && pick(2) === 0)) return JSON.stringify(text[at]).slice(1, -1);
    const digits = unit.toString(16).padStart(4, "0");
    return `\\u${pick(2) === 0 ? digits : digits.toUpperCase()}`;
  });
  // A pair of surrogates must not be parted into a raw half and an escaped one.
  const joined = `"${spelled.join("")}"`;
  return JSON.parse(joined) === text && text.isWellFormed() ? joined : JSON.stringify(text);
}

function spelled(event: TimingEvent, id: string, more = ""): string {
  const { timestampSeconds, service, name, metadata } = event;
  const [at, by, what] = [timestampSeconds, JSON.stringify(service), JSON.stringify(name)];
  return `{"event":${what}, "metadata":${JSON.stringify(metadata)},${more} "request_id" : ${id},"service":${by},"timestamp":${at}}`;
}

/** What may stand where an event was to be written, the event mostly with it. */
const oddities: readonly Oddity[] = [
  (event, _, pick) => `${spelled(event, escaped(event.requestId, pick))}\n`,
  (event) => `${spelled(event, JSON.stringify(event.requestId))}\r\n`,
  (event) => `${spelled(event, JSON.stringify(event.requestId), ' "request_id":"lost",')}\n`,
  (event) =>
    `${spelled(event, JSON.stringify(event.requestId), ' "text":"C:\\\\new\\\\u0031",')}\n`,
  // The id of this one elsewhere: no event of it.
  (event, line) =>
    `${line}${spelled({ ...event, metadata: { id: event.requestId } }, '"other"')}\n`,
  (event, line) => `${line.slice(0, 60)}${spelled(event, JSON.stringify(event.requestId))}\n`,
  (_, line, pick) => `${line.slice(0, pick(line.length))}\n`,
  (_, line, pick) => `${line.slice(0, pick(line.length))}${line}`,
  (_, line) => `${line.trimEnd()}${line}`,
  (_, line) => `\n \r\n\n${line}`,
  (_, line) => `\0\0\0${line}`,
  (_, line) => `${line.trimEnd()}\0${line}`,
  (_, line) => `\ufeff${line}${line}`,
  (event, line) => {
    const metadata = { ...event.metadata, text: "x".repeat(5_000) };
    return `${encodeEvent({ ...event, metadata })}${line}`;
  },
  (_, line) => Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(line)]),
  () => 'null\n{"timestamp": 1}\nhello\n',
];

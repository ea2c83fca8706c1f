import { encodeEvent } from "../../lib/event/encode.ts";
import type { TimingEvent } from "../../lib/event/timing_event.ts";
import { seededRandom } from "./events.ts";
import { randomTrace } from "./random_trace.ts";

/** What can happen to a log; how often each was done is counted by these names. */
export const damages = [
  "torn",
  "glued",
  "hole in a line",
  "hole between lines",
  "hole before the newline",
  "around the cap",
  "over the cap",
  "far over the cap",
  "over the cap with a hole",
  "carriage return",
  "carriage return in a line",
  "blank",
  "spaces",
  "byte order mark",
  "byte order mark before a hole",
  "byte order mark over the cap",
  "other layout",
  "no object",
  "broken bytes",
  "deep",
] as const;

/** One of `damages`. */
export type Damage = (typeof damages)[number];

/** How a made-up log is to be. */
export interface LogShape {
  readonly seed: number;
  readonly requests: number;
  /** The longest line that a reader takes. */
  readonly maxLineBytes: number;
  /** How many lines of a hundred are damaged. */
  readonly percent: number;
  /** What is written before it is damaged; made up if it is not given. */
  readonly events?: readonly TimingEvent[];
}

/** A made-up log, the same for the same shape, and what was done to it. */
export interface DamagedLog {
  readonly bytes: Buffer;
  readonly done: ReadonlySet<Damage>;
}

/** Makes a log of requests that overlap, and does to its lines what hard life does to them. */
export function damagedLog(shape: LogShape): DamagedLog {
  const { seed, requests, maxLineBytes, percent } = shape;
  const random = seededRandom(seed);
  const pick = (count: number) => Math.floor(random() * count);
  const done = new Set<Damage>();
  const parts: Buffer[] = pick(5) === 0 ? [byteOrderMark] : [];
  for (const event of shape.events ?? eventsOf(seed, requests, pick)) {
    const line = Buffer.from(pick(3) === 0 ? compactLine(event) : encodeEvent(event));
    if (pick(100) >= percent) {
      parts.push(line);
      continue;
    }
    const damage = damages[pick(damages.length)] ?? "torn";
    done.add(damage);
    parts.push(...afflict(damage, line.subarray(0, -1), maxLineBytes, pick));
  }
  const bytes = Buffer.concat(parts);
  // Half of all logs end somewhere in a line, or without its newline.
  const cut = [0, 0, 1, 1 + pick(300)][pick(4)] ?? 0;
  return { bytes: bytes.subarray(0, bytes.length - cut), done };
}

const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf]);
const newline = Buffer.from("\n");

function eventsOf(seed: number, requests: number, pick: (count: number) => number): TimingEvent[] {
  const all = Array.from({ length: requests }, (_, index) =>
    randomTrace(seed * 1_000 + index, 2_000).map((event) => ({
      ...event,
      requestId: `id${pick(20) === 0 ? 0 : index}${index % 9 === 0 ? "-of-more-than-16" : ""}`,
      timestampSeconds: event.timestampSeconds + index * ([0.4, 90, 3][seed % 3] ?? 3),
      metadata: pick(3) === 0 ? { ...event.metadata, text: 'grüße 🎙 "\\\n' } : event.metadata,
    })),
  ).flat();
  return all.sort((a, b) => a.timestampSeconds - b.timestampSeconds);
}

function compactLine(event: TimingEvent): string {
  return `${JSON.stringify({
    timestamp: event.timestampSeconds,
    iso_time: "2025-11-27T14:30:05.252636",
    request_id: event.requestId,
    service: event.service,
    event: event.name,
    metadata: event.metadata,
  })}\n`;
}

/** What becomes of a line, its newline included if it keeps one. */
function afflict(
  damage: Damage,
  line: Buffer,
  maxLineBytes: number,
  pick: (count: number) => number,
): Buffer[] {
  const hole = Buffer.alloc([1, 2, 50, maxLineBytes + 5][pick(4)] ?? 1);
  const at = pick(line.length + 1);
  const [before, after] = [line.subarray(0, at), line.subarray(at)];
  switch (damage) {
    case "torn":
      return pick(2) === 0 ? [before] : [before, newline];
    case "glued":
      return [line];
    case "hole in a line":
      return [before, hole, after, newline];
    case "hole between lines":
      return [hole, line, newline];
    case "hole before the newline":
      return [line, hole, newline];
    case "around the cap":
      return [padded(line, maxLineBytes - 2 + pick(5)), newline];
    case "over the cap":
      return [padded(line, maxLineBytes + 1 + pick(40)), newline];
    case "far over the cap":
      return [padded(line, maxLineBytes * 3 + pick(10_000)), newline];
    case "over the cap with a hole":
      return [padded(line, maxLineBytes * 2), hole, line, hole, newline];
    case "carriage return":
      return [line, Buffer.from("\r\n")];
    case "carriage return in a line":
      return [before, Buffer.from("\r"), after, newline];
    case "blank":
      return [Buffer.from(["\n", "\r\n", " \n", "\t \r\n"][pick(4)] ?? "\n"), line, newline];
    case "spaces":
      return [Buffer.from("  "), line, Buffer.from(" \t\n")];
    case "byte order mark":
      return [byteOrderMark, line, newline];
    case "byte order mark before a hole":
      return [byteOrderMark, line, hole, line, newline];
    case "byte order mark over the cap":
      return [byteOrderMark, padded(line, maxLineBytes - 3 + pick(6)), newline];
    case "other layout":
      return [
        Buffer.from(
          line.toString().replace('"metadata": {', '"more": [1], "metadata": {"a": {}, '),
        ),
        newline,
      ];
    case "no object":
      return [Buffer.from(["null", "42", "[]", "{}", '"x"', "hello"][pick(6)] ?? ""), newline];
    case "broken bytes":
      return [before, Buffer.from([0x80 + pick(128)]), after, newline];
    case "deep":
      return [Buffer.from(`{"a": ${"[".repeat(70)}${"]".repeat(70)}}`), newline];
  }
}

/** The line with so long a text in its metadata that it has this many bytes; shorter lines stay as they are. */
function padded(line: Buffer, length: number): Buffer {
  const missing = length - line.length - '"p": "", '.length;
  const at = line.lastIndexOf('"metadata"');
  const open = line.indexOf("{", at) + 1;
  const isEmpty = line[open] === 0x7d;
  const text = `"p": "${"p".repeat(Math.max(0, missing + (isEmpty ? 2 : 0)))}"${isEmpty ? "" : ", "}`;
  return Buffer.concat([line.subarray(0, open), Buffer.from(text), line.subarray(open)]);
}

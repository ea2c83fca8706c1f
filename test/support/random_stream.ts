import type { TimingEvent } from "../../lib/event/timing_event.ts";
import { eventAt, seededRandom } from "./events.ts";

/** What a made-up stream of events is like. */
export interface StreamShape {
  readonly seed: number;
  readonly events: number;
  /** Requests that are going on at a time. */
  readonly concurrency: number;
  /** Ids that there are; fewer than requests means that ids come again. */
  readonly ids: number;
  /** Milliseconds between neighbouring events of the stream, on average. */
  readonly stepMs: number;
  /** How far events may stand from their place in time. */
  readonly disorderMs: number;
  /** How often, in events, the clock steps; 0 for never. */
  readonly clockStepEvery: number;
  /** How far it steps, back or forth. */
  readonly clockStepMs: number;
}

/** The kinds of id that a log may bring, by a number. */
const idSpellings: readonly ((number: number) => string)[] = [
  (number) => number.toString(16).padStart(8, "0"),
  (number) => `a${number}`,
  (number) => number.toString(36).padStart(16, "x"),
  (number) => `0123456789abcdef${number % 10}`,
  (number) => `0123456789abcdef0123456789-${number}`,
  (number) => `ü${number}`,
  (number) => `grüße-🎙-${number}`,
  // Half a character is U+FFFD once it is bytes, whichever half it was.
  (number) => `${String.fromCharCode(0xd800 + (number % 1024))}`,
  (number) => "\u0000".repeat(1 + (number % 17)),
];

/** An id, the same for the same number; every kind of spelling comes up. */
export function idSpelled(number: number): string {
  return (idSpellings[number % idSpellings.length] ?? String)(
    Math.floor(number / idSpellings.length),
  );
}

/**
 * A stream of events of many requests, the same for the same shape. Every event's name tells its place
 * in the stream and its service whose it is, so that none can be taken for another. Times are whole
 * ticks of 1/16 s, so that many events share one.
 */
export function randomStream(shape: StreamShape): TimingEvent[] {
  const random = seededRandom(shape.seed);
  const pick = (count: number) => Math.floor(random() * count);
  const tick = (ms: number) => (Math.round((ms * 16) / 1000) * 1000) / 16;
  const active = Array.from({ length: shape.concurrency }, () => pick(shape.ids));
  const events: TimingEvent[] = [];
  let now = 0;
  for (let place = 0; place < shape.events; place++) {
    if (shape.clockStepEvery > 0 && pick(shape.clockStepEvery) === 0) {
      now += (random() < 0.7 ? -1 : 1) * random() * shape.clockStepMs;
    }
    now += random() * 2 * shape.stepMs;
    const slot = pick(active.length);
    if (pick(25) === 0) active[slot] = pick(shape.ids);
    const number = active[slot] ?? 0;
    const late = pick(3) === 0 ? (random() - 0.5) * 2 * shape.disorderMs : 0;
    const id = idSpelled(number);
    const session = ["", "one", "two", 7][pick(40)];
    events.push(
      eventAt(tick(now + late), `e${place}`, {
        id,
        service: `id ${number}`,
        metadata: session === undefined ? {} : { session_id: session },
      }),
    );
  }
  return events;
}

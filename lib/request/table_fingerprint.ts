import type { PairNames } from "../event/pair_names.ts";
import type { CompactEvents } from "./compact_request.ts";
import type { HeldRequest, HeldRequests } from "./held_requests.ts";

/**
 * A text that two tables share only if they take all events to come in the same way, and hand out the
 * same requests in the same order: SHA-256 of all that they know of the requests they hold, by names and
 * values, so that it is the same whichever numbers a table has given. Events that bring numbers bring
 * `captureWidth` of them.
 *
 * Cost: every event of a request that is held is read once.
 */
export function fingerprintOf(table: HeldRequests, names: PairNames, captureWidth: number): string {
  const hash = new Bun.CryptoHasher("sha256");
  const words = new PairWords(names);
  const places: number[] = [];
  const addNumbers = (numbers: Float64Array | Uint16Array) => {
    const { buffer, byteOffset, byteLength } = numbers;
    hash.update(new Uint8Array(buffer, byteOffset, byteLength));
  };
  addNumbers(Float64Array.of(table.highestSeconds, table.nextSweepSeconds));
  table.forEachHeld((request) => {
    const { firstSeconds, lastSeconds, sessionSeconds, events } = request;
    places.push(request.place);
    const numbers = numbersOf(request, captureWidth);
    const pairs = words.of(events);
    hash.update(
      JSON.stringify([request.isOpen, request.id, request.session, events.count, words.fresh()]),
    );
    addNumbers(Float64Array.of(firstSeconds, lastSeconds, sessionSeconds, numbers.length));
    addNumbers(pairs);
    addNumbers(events.timestamps.subarray(0, events.count));
    addNumbers(Float64Array.from(numbers));
  });
  const order = [...places.keys()].sort((a, b) => (places[a] ?? 0) - (places[b] ?? 0));
  hash.update(JSON.stringify(order));
  return hash.digest("hex");
}

/** The numbers that events have brought, each event's behind its place among the events. */
function numbersOf({ events, captured }: HeldRequest, captureWidth: number): number[] {
  const numbers: number[] = [];
  for (let place = 0; place < events.count; place++) {
    const capture = events.captures[place] ?? -1;
    if (capture < 0) continue;
    numbers.push(place);
    for (let index = 0; index < captureWidth; index++) {
      const number = captured[capture + index] ?? Number.NaN;
      // A number that is missing has more than one spelling.
      numbers.push(Number.isNaN(number) ? Number.POSITIVE_INFINITY : number);
    }
  }
  return numbers;
}

/** Gives pairs of names numbers of its own, in the order in which they are met. */
class PairWords {
  readonly #names: PairNames;
  readonly #numbers = new Map<number, number>();
  #fresh: string[] = [];

  constructor(names: PairNames) {
    this.#names = names;
  }

  /** Numbers of the events' pairs. */
  of({ count, pairs }: CompactEvents): Uint16Array {
    const words = new Uint16Array(count);
    for (let place = 0; place < count; place++) {
      const pair = pairs[place] ?? 0;
      words[place] = this.#numbers.get(pair) ?? this.#learn(pair);
    }
    return words;
  }

  /** Service and name of the pairs that have got a number since this was asked last. */
  fresh(): string[] {
    const fresh = this.#fresh;
    this.#fresh = [];
    return fresh;
  }

  #learn(pair: number): number {
    const { service, name } = this.#names.at(pair);
    const number = this.#numbers.size;
    this.#numbers.set(pair, number);
    this.#fresh.push(service, name);
    return number;
  }
}

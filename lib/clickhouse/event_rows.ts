import { parseJson } from "../event/parse_json.ts";
import type { EventTaker } from "../event/scanner/event_taker.ts";
import { field, type LineScanner } from "../event/scanner/line_scanner.ts";
import type { TimingEvent } from "../event/timing_event.ts";

/** Takes an event as a row of the table holds it; `time` is its microseconds since 1970, in decimals. */
export type TakeRow = (
  offset: number,
  time: string,
  requestId: string,
  service: string,
  event: string,
  metadata: string,
) => void;

/** Names of one pair of service and event. */
interface Pair {
  readonly service: string;
  readonly name: string;
}

/** What most events carry: `{}`. */
const emptyBytes = 2;

/**
 * Makes rows of the events of one file: those that the scanner has read, and those that the exact path
 * has. Both ways give the same row, with the metadata written anew as compact JSON: of a key that came
 * twice it holds the last, as every reader here does, and no blanks, which ClickHouse's quick functions
 * do not pass over.
 */
export class EventRows implements EventTaker {
  readonly #scanner: LineScanner;
  readonly #take: TakeRow;
  readonly #pairs: Pair[] = [];

  constructor(scanner: LineScanner, take: TakeRow) {
    this.#scanner = scanner;
    this.#take = take;
  }

  takeRecords(from: number, to: number, offset: number): void {
    const scanner = this.#scanner;
    for (let record = from; record < to; record++) {
      const id = scanner.fieldOf(record, field.idStart);
      const { service, name } = this.#pairOf(scanner.fieldOf(record, field.pair));
      this.#take(
        offset + scanner.startOf(record),
        timeOf(scanner.timestampOf(record)),
        scanner.textOf(id, id + scanner.fieldOf(record, field.idLength)),
        service,
        name,
        this.#metadataOf(record),
      );
    }
  }

  takeEvent(event: TimingEvent, _fromByte: number, _toByte: number, eventByte: number): void {
    this.#take(
      eventByte,
      timeOf(event.timestampSeconds),
      event.requestId.toWellFormed(),
      event.service.toWellFormed(),
      event.name.toWellFormed(),
      JSON.stringify(event.metadata),
    );
  }

  #pairOf(number: number): Pair {
    const known = this.#pairs[number];
    if (known !== undefined) return known;
    const pair = this.#scanner.pairOf(number);
    this.#pairs[number] = pair;
    return pair;
  }

  #metadataOf(record: number): string {
    const start = this.#scanner.fieldOf(record, field.metadata);
    const end = this.#scanner.fieldOf(record, field.metadataEnd);
    if (end - start === emptyBytes) return "{}";
    return JSON.stringify(parseJson(this.#scanner.textOf(start, end)));
  }
}

const mostMicroseconds = 2n ** 63n - 1n;
const leastMicroseconds = -(2n ** 63n);

/** An instant in whole microseconds since 1970; beyond what an Int64 holds the last that it does. */
export function timeOf(seconds: number): string {
  const microseconds = Math.round(seconds * 1e6);
  if (Number.isSafeInteger(microseconds)) return String(microseconds);
  if (microseconds >= 2 ** 63) return String(mostMicroseconds);
  if (microseconds < -(2 ** 63)) return String(leastMicroseconds);
  return String(BigInt(microseconds));
}

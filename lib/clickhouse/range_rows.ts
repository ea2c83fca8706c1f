import type { Shipped } from "../log/shipping/checkpoint.ts";
import { type Parcel, packRows } from "../log/shipping/parcel.ts";
import { type LogIdentity, rangeRow } from "./parcel.ts";
import type { LogRange } from "./range_reader.ts";
import { RowBuffer } from "./row_buffer.ts";

const mostNames = 4_096;

/** Gathers the events of one range after the other as rows of the table, ready to be sent. */
export class RangeRows {
  readonly #identity: LogIdentity;
  readonly #head: string;
  readonly #buffer = new RowBuffer();
  readonly #namesOf = new Map<string, { readonly service: string; readonly json: string }>();
  /** Events before this offset are known to be stored. */
  #from = 0;
  /** Rows, and bytes of them, that are of such events. */
  #known = { rows: 0, bytes: 0 };

  constructor(identity: LogIdentity) {
    this.#identity = identity;
    this.#head = JSON.stringify(identity).slice(0, -1);
  }

  /** Begins a range of which the events before `from` are known to be stored. */
  begin(from: number): void {
    this.#buffer.clear();
    this.#from = from;
    this.#known = { rows: 0, bytes: 0 };
  }

  /** Adds an event. */
  take(
    offset: number,
    time: string,
    requestId: string,
    service: string,
    event: string,
    metadata: string,
  ): void {
    const json = metadata === "{}" ? '"{}"' : JSON.stringify(metadata);
    this.#buffer.add(
      `${this.#head},"offset":${offset},"time":${time},"request_id":${JSON.stringify(requestId)},` +
        `${this.#names(service, event)},"metadata":${json}}\n`,
    );
    if (offset >= this.#from) return;
    this.#known = { rows: this.#buffer.rows, bytes: this.#buffer.bytes.length };
  }

  /** The members of service and event, which most events share with the one before of that name. */
  #names(service: string, event: string): string {
    const known = this.#namesOf.get(event);
    if (known?.service === service) return known.json;
    const json = `"service":${JSON.stringify(service)},"event":${JSON.stringify(event)}`;
    if (this.#namesOf.size >= mostNames) this.#namesOf.clear();
    this.#namesOf.set(event, { service, json });
    return json;
  }

  /** What is to be sent of the range that has been read. `name` is the file's, for messages. */
  parcel(name: string, range: LogRange): Parcel {
    const { host, generation } = this.#identity;
    const from = Math.max(range.start, this.#from);
    return {
      what: `bytes ${from} to ${range.end} of ${name}`,
      name: `${host}/${generation}/${range.start}/${from}-${range.end}/${range.hash}`,
      generation,
      from,
      to: range.end,
      range: rangeRow(this.#identity, range),
      events: packRows(this.#buffer.bytes.subarray(this.#known.bytes)),
      eventRows: this.#buffer.rows - this.#known.rows,
    };
  }
}

/** What a checkpoint notes of a range that is stored. */
export function shippedOf(range: LogRange, isComplete: boolean): Shipped {
  const { end, hash } = range.wholeLines;
  return { start: range.start, end, hash, size: range.end, isComplete };
}

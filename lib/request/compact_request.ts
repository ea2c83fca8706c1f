import type { Engine } from "../event/scanner/engine.ts";

/** Events of one request as parallel arrays, ordered by time; only the first `count` of each count. */
export interface CompactEvents {
  readonly count: number;
  /** Unix seconds. */
  readonly timestamps: Float64Array;
  /** Numbers of service and event name in `PairNames`. */
  readonly pairs: Uint16Array;
  /** Where in `CompactRequest.captured` an event's numbers begin; -1 for none. */
  readonly captures: Int32Array;
}

/** A complete request without an object for an event; valid while it is being handed out. */
export interface CompactRequest {
  readonly id: string;
  readonly events: CompactEvents;
  /** What the captures of `events` point into. */
  readonly captured: Float64Array;
  /** The first non-empty session_id in time; null if there is none, or if none was wanted. */
  readonly session: string | null;
}

/** Where the compiled table leaves the request that it hands out. */
interface EventExports {
  readonly outCapacity: WebAssembly.Global<"i32">;
  readonly outSeconds: WebAssembly.Global<"i32">;
  readonly outPairs: WebAssembly.Global<"i32">;
  readonly outCaptures: WebAssembly.Global<"i32">;
}

/** The request that the engine hands out, seen in its memory. One object serves for all of a log. */
export class RequestView implements CompactRequest {
  readonly #events = {
    count: 0,
    timestamps: new Float64Array(0),
    pairs: new Uint16Array(0),
    captures: new Int32Array(0),
  };

  readonly #engine: Engine;
  readonly #exports: EventExports;
  #id = 0;
  #idLength = 0;
  #isWide = false;
  #session = 0;
  #sessionLength = 0;

  constructor(engine: Engine) {
    this.#engine = engine;
    this.#exports = engine.exports as unknown as EventExports;
  }

  /** Points at the request that the engine says it hands out. */
  point(
    events: number,
    id: number,
    idLength: number,
    isWide: number,
    session: number,
    sessionLength: number,
  ): void {
    // A growth of the memory empties views; room for more events is room elsewhere.
    if (events > this.#events.timestamps.length) this.#look();
    this.#events.count = events;
    this.#id = id;
    this.#idLength = idLength;
    this.#isWide = isWide !== 0;
    this.#session = session;
    this.#sessionLength = sessionLength;
  }

  get events(): CompactEvents {
    if (this.#events.timestamps.length === 0) this.#look();
    return this.#events;
  }

  get captured(): Float64Array {
    return this.#engine.doubles;
  }

  get id(): string {
    const { bytes } = this.#engine;
    const end = this.#id + this.#idLength;
    return bytes.toString(this.#isWide ? "utf16le" : "latin1", this.#id, end);
  }

  get session(): string | null {
    if (this.#session === 0) return null;
    const end = this.#session + this.#sessionLength;
    return JSON.parse(decoder.decode(this.#engine.bytes.subarray(this.#session, end))) as string;
  }

  #look(): void {
    const { outCapacity, outSeconds, outPairs, outCaptures } = this.#exports;
    const { buffer } = this.#engine;
    const capacity = outCapacity.value;
    this.#events.timestamps = new Float64Array(buffer, outSeconds.value, capacity);
    this.#events.pairs = new Uint16Array(buffer, outPairs.value, capacity);
    this.#events.captures = new Int32Array(buffer, outCaptures.value, capacity);
  }
}

const decoder = new TextDecoder();

const chunkEvents = 32;
const none = -1;

/** Events of one request as parallel arrays, ordered by time; valid until the next `read()`. */
export interface CompactEvents {
  count: number;
  timestamps: Float64Array;
  /** Numbers of service and event name. */
  pairs: Uint16Array;
  /** Where in `EventStore.captured` an event's numbers lie; -1 for none. */
  captures: Int32Array;
}

/**
 * The events of open requests in typed arrays: a list of chunks for each request, chunks and captured
 * numbers reused when a request is done. Memory: 14 bytes an event in chunks of 32, and 8 bytes a
 * captured number.
 */
export class EventStore {
  /** Numbers that events brought along, `captureWidth` for each capture. May be replaced by another
   * array when an event is appended. */
  captured: Float64Array;

  readonly #captureWidth: number;
  #head = new Int32Array(1024);
  #tail = new Int32Array(1024);
  #count = new Int32Array(1024);
  /** 1 once an event came before one that is there already. */
  #isDisordered = new Uint8Array(1024);

  #nextChunk = new Int32Array(2048);
  #seconds = new Float64Array(2048 * chunkEvents);
  #pair = new Uint16Array(2048 * chunkEvents);
  #capture = new Int32Array(2048 * chunkEvents);
  #chunksUsed = 0;
  #freeChunk = none;

  #capturesUsed = 0;
  readonly #freeCaptures: number[] = [];

  readonly #out: CompactEvents = {
    count: 0,
    timestamps: new Float64Array(64),
    pairs: new Uint16Array(64),
    captures: new Int32Array(64),
  };

  constructor(captureWidth: number) {
    this.#captureWidth = captureWidth;
    this.captured = new Float64Array(captureWidth * 1024);
  }

  /** Begins the empty list of a request's number. */
  begin(request: number): void {
    if (request >= this.#head.length) {
      this.#head = doubled(this.#head);
      this.#tail = doubled(this.#tail);
      this.#count = doubled(this.#count);
      this.#isDisordered = doubled(this.#isDisordered);
    }
    this.#head[request] = none;
    this.#tail[request] = none;
    this.#count[request] = 0;
    this.#isDisordered[request] = 0;
  }

  countOf(request: number): number {
    return this.#count[request] ?? 0;
  }

  /** Adds an event; `isLate` says that it comes before one that is there already. */
  append(request: number, seconds: number, pair: number, capture: number, isLate: boolean): void {
    const count = this.#count[request] ?? 0;
    const within = count & (chunkEvents - 1);
    const chunk = within === 0 ? this.#addChunk(request) : (this.#tail[request] ?? none);
    const slot = chunk * chunkEvents + within;
    this.#seconds[slot] = seconds;
    this.#pair[slot] = pair;
    this.#capture[slot] = capture;
    this.#count[request] = count + 1;
    if (isLate) this.#isDisordered[request] = 1;
  }

  /** Makes room for the numbers of one event; returns where they go in `captured`. */
  newCapture(): number {
    const reused = this.#freeCaptures.pop();
    if (reused !== undefined) return reused;
    const at = this.#capturesUsed;
    this.#capturesUsed += this.#captureWidth;
    if (this.#capturesUsed > this.captured.length) this.captured = doubled(this.captured);
    return at;
  }

  /** Moves all events of one request behind those of another. */
  move(from: number, to: number): void {
    const { count, timestamps, pairs, captures } = this.read(from);
    for (let index = 0; index < count; index++) {
      const [seconds = 0, pair = 0] = [timestamps[index], pairs[index]];
      this.append(to, seconds, pair, captures[index] ?? none, true);
    }
    this.#freeChunks(from);
  }

  /** Reads a request's events, ordered by time, equal times in the order in which they came. */
  read(request: number): CompactEvents {
    const count = this.#count[request] ?? 0;
    const out = this.#out;
    if (count > out.timestamps.length) {
      out.timestamps = new Float64Array(count * 2);
      out.pairs = new Uint16Array(count * 2);
      out.captures = new Int32Array(count * 2);
    }
    out.count = count;
    let chunk = this.#head[request] ?? none;
    for (let to = 0; to < count; to += chunkEvents) {
      const from = chunk * chunkEvents;
      const length = Math.min(chunkEvents, count - to);
      for (let index = 0; index < length; index++) {
        out.timestamps[to + index] = this.#seconds[from + index] ?? 0;
        out.pairs[to + index] = this.#pair[from + index] ?? 0;
        out.captures[to + index] = this.#capture[from + index] ?? none;
      }
      chunk = this.#nextChunk[chunk] ?? none;
    }
    if (this.#isDisordered[request] === 1) sortByTime(out);
    return out;
  }

  /** Gives back what a request held. */
  free(request: number): void {
    let chunk = this.#head[request] ?? none;
    let left = this.#count[request] ?? 0;
    for (; left > 0; left -= chunkEvents) {
      const from = chunk * chunkEvents;
      for (let index = 0; index < Math.min(chunkEvents, left); index++) {
        const capture = this.#capture[from + index] ?? none;
        if (capture !== none) this.#freeCaptures.push(capture);
      }
      chunk = this.#nextChunk[chunk] ?? none;
    }
    this.#freeChunks(request);
  }

  #freeChunks(request: number): void {
    const tail = this.#tail[request] ?? none;
    if (tail === none) return;
    this.#nextChunk[tail] = this.#freeChunk;
    this.#freeChunk = this.#head[request] ?? none;
    this.begin(request);
  }

  #addChunk(request: number): number {
    let chunk = this.#freeChunk;
    if (chunk !== none) this.#freeChunk = this.#nextChunk[chunk] ?? none;
    else chunk = this.#chunksUsed++;
    if (chunk >= this.#nextChunk.length) {
      this.#nextChunk = doubled(this.#nextChunk);
      this.#seconds = doubled(this.#seconds);
      this.#pair = doubled(this.#pair);
      this.#capture = doubled(this.#capture);
    }
    const tail = this.#tail[request] ?? none;
    if (tail === none) this.#head[request] = chunk;
    else this.#nextChunk[tail] = chunk;
    this.#tail[request] = chunk;
    this.#nextChunk[chunk] = none;
    return chunk;
  }
}

/** Insertion sort: events come nearly in order, and equal times must keep theirs. */
function sortByTime({ count, timestamps, pairs, captures }: CompactEvents): void {
  for (let index = 1; index < count; index++) {
    const seconds = timestamps[index] ?? 0;
    const pair = pairs[index] ?? 0;
    const capture = captures[index] ?? none;
    let to = index;
    for (; to > 0 && (timestamps[to - 1] ?? 0) > seconds; to--) {
      timestamps[to] = timestamps[to - 1] ?? 0;
      pairs[to] = pairs[to - 1] ?? 0;
      captures[to] = captures[to - 1] ?? none;
    }
    timestamps[to] = seconds;
    pairs[to] = pair;
    captures[to] = capture;
  }
}

/** The same numbers in an array of twice the length. */
export function doubled<Kind extends Float64Array | Int32Array | Uint16Array | Uint8Array>(
  array: Kind,
): Kind {
  const larger = new (array.constructor as new (length: number) => Kind)(array.length * 2);
  larger.set(array);
  return larger;
}

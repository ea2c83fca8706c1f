import type { EventCursor, RequestKey } from "../event/scanner/event_cursor.ts";
import { type AssemblerBounds, disorderSeconds, usualBounds } from "./bounds.ts";
import { type CompactEvents, doubled, EventStore } from "./event_store.ts";

const nobody = -1;

/** A complete request, valid while it is being handed out. */
export interface CompactRequest {
  /** Made when it is asked for. */
  readonly id: string;
  readonly events: CompactEvents;
  /** What the captures of `events` point into. */
  readonly captured: Float64Array;
  /** The first non-empty session_id in time, or null. */
  readonly session: string | null;
}

/**
 * Gathers a stream of events into requests, as `RequestAssembler` does with objects and by the same
 * rules, in typed arrays: millions of events a second. One suite proves both.
 *
 * Memory: about 70 bytes an open request and 14 an event.
 */
export class RequestTable {
  /** Requests closed before their time because a bound was reached. */
  closedEarly = 0;
  /** The events of open requests, and the numbers that they bring. */
  readonly store: EventStore;

  readonly #idleSeconds: number;
  readonly #bounds: AssemblerBounds;
  readonly #emit: (request: CompactRequest) => void;

  // A place in these arrays is a request's number.
  #first = new Float64Array(1024);
  #last = new Float64Array(1024);
  /** Which event of the log began it. */
  #place = new Float64Array(1024);
  #id = new Int32Array(1024 * 4);
  #idBytes = Buffer.from(this.#id.buffer);
  #idLength = new Int32Array(1024);
  #hash = new Int32Array(1024);
  #sameBucket = new Int32Array(1024);
  /** Open requests in the order of their last arrival. */
  #earlier = new Int32Array(1024);
  #later = new Int32Array(1024);
  #numbersUsed = 0;
  readonly #freeNumbers: number[] = [];
  #idlest = nobody;
  #latest = nobody;
  #openCount = 0;
  #buckets = new Int32Array(4096).fill(nobody);
  readonly #longIds = new Map<number, string>();
  readonly #sessions = new Map<number, { readonly text: string; readonly seconds: number }>();

  readonly #described: DescribedRequest;

  /** Closed requests that must wait for an open one that started before them. */
  #closed: number[] = [];
  #highestSeconds = Number.NEGATIVE_INFINITY;
  #nextSweepSeconds = Number.NEGATIVE_INFINITY;
  #placed = 0;

  /** Each event that brings numbers brings `captureWidth` of them. */
  constructor(
    idleSeconds: number,
    captureWidth: number,
    emit: (request: CompactRequest) => void,
    bounds: AssemblerBounds = usualBounds,
  ) {
    this.#idleSeconds = idleSeconds;
    this.#emit = emit;
    this.#bounds = bounds;
    this.store = new EventStore(captureWidth);
    this.#described = new DescribedRequest(this.store, (request) => this.#idOf(request));
  }

  /**
   * Takes the next event. If it brings numbers (`hasCapture`) returns where in `store.captured` they go,
   * else -1.
   */
  add(event: EventCursor, hasCapture: boolean): number {
    const now = event.timestampSeconds;
    const isNewStretch = now < this.#highestSeconds - this.#idleSeconds - disorderSeconds;
    if (isNewStretch) this.#nextSweepSeconds = Number.NEGATIVE_INFINITY;
    if (isNewStretch || now > this.#highestSeconds) this.#highestSeconds = now;
    if (this.#highestSeconds > this.#nextSweepSeconds) this.#sweep();
    const capture = hasCapture ? this.store.newCapture() : nobody;
    const request = this.#requestFor(event);
    const isLate = now < (this.#last[request] ?? 0);
    this.store.append(request, now, event.pair, capture, isLate);
    if (!isLate) this.#last[request] = now;
    else if (now < (this.#first[request] ?? 0)) this.#first[request] = now;
    if (event.session !== null) this.#noteSession(request, event.session, now);
    this.#placed++;
    if (this.#openCount > this.#bounds.openRequests) this.#closeEarly(this.#idlest);
    return capture;
  }

  /** Whether a request that began before one instant may go on with events from another on. */
  mayContinue(beforeSeconds: number, fromSeconds: number): boolean {
    const reach = this.#idleSeconds + disorderSeconds;
    for (let one = this.#idlest; one !== nobody; one = this.#later[one] ?? nobody) {
      const isOlder = (this.#first[one] ?? 0) < beforeSeconds;
      if (isOlder && (this.#last[one] ?? 0) + reach >= fromSeconds) return true;
    }
    return false;
  }

  /** Closes and hands out all that is left. */
  end(): void {
    while (this.#idlest !== nobody) this.#close(this.#idlest);
    this.#release();
  }

  /** The open request that an event belongs to, a new one if need be. */
  #requestFor(event: EventCursor): number {
    const hash = hashOf(event);
    const near = this.#findNear(event, hash);
    if (near === nobody) return this.#open(event, hash);
    if (this.store.countOf(near) >= this.#bounds.eventsPerRequest) {
      this.#closeEarly(near);
      return this.#open(event, hash);
    }
    if (near !== this.#latest) {
      this.#unlink(near);
      this.#link(near);
    }
    return near;
  }

  /**
   * The open request of the event's id within the idle window; of several the one opened first, which
   * takes in the others: a late event has bridged the silence between them, so they were one all along.
   */
  #findNear(event: EventCursor, hash: number): number {
    let found = nobody;
    let others: number[] | null = null;
    let request = this.#buckets[hash & (this.#buckets.length - 1)] ?? nobody;
    for (; request !== nobody; request = this.#sameBucket[request] ?? nobody) {
      if (this.#hash[request] !== hash || !this.#isNear(request, event)) continue;
      if (found === nobody) {
        found = request;
        continue;
      }
      others ??= [];
      const isOlder = (this.#place[request] ?? 0) < (this.#place[found] ?? 0);
      others.push(isOlder ? found : request);
      if (isOlder) found = request;
    }
    const isFull = found !== nobody && this.store.countOf(found) >= this.#bounds.eventsPerRequest;
    if (others !== null && !isFull) this.#join(found, others);
    return found;
  }

  #isNear(request: number, event: EventCursor): boolean {
    const at = event.timestampSeconds;
    const word = request * 4;
    return (
      this.#id[word] === event.id0 &&
      this.#id[word + 1] === event.id1 &&
      this.#id[word + 2] === event.id2 &&
      this.#id[word + 3] === event.id3 &&
      this.#idLength[request] === event.idLength &&
      at >= (this.#first[request] ?? 0) - this.#idleSeconds &&
      at <= (this.#last[request] ?? 0) + this.#idleSeconds &&
      (event.longId === null || this.#longIds.get(request) === event.longId)
    );
  }

  #join(target: number, others: readonly number[]): void {
    const inOrder = [...others].sort((a, b) => (this.#place[a] ?? 0) - (this.#place[b] ?? 0));
    for (const other of inOrder) {
      this.store.move(other, target);
      this.#first[target] = Math.min(this.#first[target] ?? 0, this.#first[other] ?? 0);
      this.#last[target] = Math.max(this.#last[target] ?? 0, this.#last[other] ?? 0);
      const session = this.#sessions.get(other);
      if (session !== undefined) this.#noteSession(target, session.text, session.seconds);
      this.#remove(other);
      this.#forget(other);
    }
  }

  #open(event: EventCursor, hash: number): number {
    const request = this.#freeNumbers.pop() ?? this.#numbersUsed++;
    if (request >= this.#first.length) this.#growRequests();
    if (this.#openCount * 2 > this.#buckets.length) this.#growBuckets();
    this.store.begin(request);
    this.#first[request] = event.timestampSeconds;
    this.#last[request] = event.timestampSeconds;
    this.#place[request] = this.#placed;
    this.#id[request * 4] = event.id0;
    this.#id[request * 4 + 1] = event.id1;
    this.#id[request * 4 + 2] = event.id2;
    this.#id[request * 4 + 3] = event.id3;
    this.#idLength[request] = event.idLength;
    if (event.longId !== null) this.#longIds.set(request, event.longId);
    this.#hash[request] = hash;
    const bucket = hash & (this.#buckets.length - 1);
    this.#sameBucket[request] = this.#buckets[bucket] ?? nobody;
    this.#buckets[bucket] = request;
    this.#openCount++;
    this.#link(request);
    return request;
  }

  #noteSession(request: number, text: string, seconds: number): void {
    const known = this.#sessions.get(request);
    if (known !== undefined && known.seconds <= seconds) return;
    this.#sessions.set(request, { text, seconds });
  }

  /** Closes what has been idle for long enough, and plans the next look. */
  #sweep(): void {
    const wait = this.#idleSeconds + disorderSeconds;
    for (let request = this.#idlest; request !== nobody; ) {
      const later = this.#later[request] ?? nobody;
      if (this.#highestSeconds > (this.#last[request] ?? 0) + wait) this.#close(request);
      request = later;
    }
    // Looking once per part of the wait keeps the cost small; it delays a closing, never a result.
    this.#nextSweepSeconds = this.#highestSeconds + wait / 16;
    this.#release();
  }

  #closeEarly(request: number): void {
    this.closedEarly++;
    this.#close(request);
    if (this.#closed.length > this.#bounds.waitingRequests) this.#release();
  }

  #close(request: number): void {
    this.#remove(request);
    this.#closed.push(request);
  }

  /** Hands out closed requests, oldest first, as far as no open one started before or with them. */
  #release(): void {
    if (this.#closed.length === 0) return;
    let oldestOpen = Number.POSITIVE_INFINITY;
    for (let request = this.#idlest; request !== nobody; request = this.#later[request] ?? nobody) {
      oldestOpen = Math.min(oldestOpen, this.#first[request] ?? 0);
    }
    const firstOf = (request: number) => this.#first[request] ?? 0;
    this.#closed.sort((a, b) => firstOf(a) - firstOf(b) || this.#compareIds(a, b));
    const firstWaiting = this.#closed.findIndex((request) => firstOf(request) >= oldestOpen);
    const due = firstWaiting < 0 ? this.#closed.length : firstWaiting;
    // Half at once, as every look at all that is open has its price.
    const { waitingRequests } = this.#bounds;
    const isOver = this.#closed.length > waitingRequests;
    const surplus = isOver ? this.#closed.length - Math.floor(waitingRequests / 2) : 0;
    const ready = this.#closed.splice(0, Math.max(due, surplus));
    for (const request of ready) {
      this.#emit(this.#describe(request));
      this.store.free(request);
      this.#forget(request);
    }
  }

  #describe(request: number): CompactRequest {
    const described = this.#described;
    described.request = request;
    described.events = this.store.read(request);
    described.captured = this.store.captured;
    described.session = this.#sessions.get(request)?.text ?? null;
    return described;
  }

  /** Orders requests that start together: the same however the events of several files interleave. */
  #compareIds(a: number, b: number): number {
    const [idA, idB] = [this.#idOf(a), this.#idOf(b)];
    return idA < idB ? -1 : Number(idA > idB);
  }

  #idOf(request: number): string {
    const start = request * 16;
    const end = start + (this.#idLength[request] ?? 0);
    return this.#longIds.get(request) ?? this.#idBytes.toString("latin1", start, end);
  }

  /** Takes an open request out of its bucket and out of the order of arrival. */
  #remove(request: number): void {
    this.#openCount--;
    this.#unlink(request);
    const bucket = (this.#hash[request] ?? 0) & (this.#buckets.length - 1);
    const next = this.#sameBucket[request] ?? nobody;
    let one = this.#buckets[bucket] ?? nobody;
    if (one === request) {
      this.#buckets[bucket] = next;
      return;
    }
    while ((this.#sameBucket[one] ?? nobody) !== request) one = this.#sameBucket[one] ?? nobody;
    this.#sameBucket[one] = next;
  }

  #forget(request: number): void {
    this.#longIds.delete(request);
    this.#sessions.delete(request);
    this.#freeNumbers.push(request);
  }

  #link(request: number): void {
    this.#earlier[request] = this.#latest;
    this.#later[request] = nobody;
    if (this.#latest === nobody) this.#idlest = request;
    else this.#later[this.#latest] = request;
    this.#latest = request;
  }

  #unlink(request: number): void {
    const earlier = this.#earlier[request] ?? nobody;
    const later = this.#later[request] ?? nobody;
    if (earlier === nobody) this.#idlest = later;
    else this.#later[earlier] = later;
    if (later === nobody) this.#latest = earlier;
    else this.#earlier[later] = earlier;
  }

  #growRequests(): void {
    this.#first = doubled(this.#first);
    this.#last = doubled(this.#last);
    this.#place = doubled(this.#place);
    this.#id = doubled(this.#id);
    this.#idBytes = Buffer.from(this.#id.buffer);
    this.#idLength = doubled(this.#idLength);
    this.#hash = doubled(this.#hash);
    this.#sameBucket = doubled(this.#sameBucket);
    this.#earlier = doubled(this.#earlier);
    this.#later = doubled(this.#later);
  }

  #growBuckets(): void {
    this.#buckets = new Int32Array(this.#buckets.length * 2).fill(nobody);
    for (let request = this.#idlest; request !== nobody; request = this.#later[request] ?? nobody) {
      const bucket = (this.#hash[request] ?? 0) & (this.#buckets.length - 1);
      this.#sameBucket[request] = this.#buckets[bucket] ?? nobody;
      this.#buckets[bucket] = request;
    }
  }
}

/** The request that is being handed out: one object for all of them. */
class DescribedRequest implements CompactRequest {
  request = nobody;
  events: CompactEvents;
  captured: Float64Array;
  session: string | null = null;

  readonly #idOf: (request: number) => string;

  constructor(store: EventStore, idOf: (request: number) => string) {
    this.events = store.read(0);
    this.captured = store.captured;
    this.#idOf = idOf;
  }

  get id(): string {
    return this.#idOf(this.request);
  }
}

function hashOf({ id0, id1, id2, id3, idLength }: RequestKey): number {
  let hash = Math.imul(id0, 0x9e3779b1) ^ Math.imul(id1, 0x85ebca6b);
  hash ^= Math.imul(id2, 0xc2b2ae35) ^ Math.imul(id3, 0x27d4eb2f) ^ idLength;
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return hash ^ (hash >>> 13);
}

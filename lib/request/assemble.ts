import type { TimingEvent } from "../event/timing_event.ts";
import { type AssemblerBounds, disorderSeconds, nextSweep, usualBounds } from "./bounds.ts";
import type { RequestTrace } from "./request_trace.ts";

/** An event and its place in the log, which decides ties of time. */
interface PlacedEvent {
  readonly event: TimingEvent;
  readonly place: number;
}

/** A request whose events are still arriving. */
interface OpenRequest {
  readonly id: string;
  firstSeconds: number;
  lastSeconds: number;
  events: PlacedEvent[];
}

/**
 * Gathers a stream of events into requests: events of one id, each at most the idle window after the
 * one before it in time. Finished requests are handed to `emit` in the order of their starts, ties by id.
 *
 * A request is closed once the highest timestamp read passes its last event by the idle window and
 * 60 s more, so disorder of up to 60 s changes nothing. A step back of the clock by more than that
 * begins a new stretch of time: the highest timestamp starts over, what is open stays open until it
 * is passed again, and nothing is lost.
 *
 * Memory: the open requests (at most 65 536, with at most 10 000 events each; beyond that the longest
 * idle, or the full one, is closed early and counted) and up to 8 192 closed ones that wait for an
 * older one.
 */
export class RequestAssembler {
  /** Requests closed before their time because a bound was reached. */
  closedEarly = 0;

  readonly #idleSeconds: number;
  readonly #emit: (trace: RequestTrace) => void;
  readonly #bounds: AssemblerBounds;
  /** Open requests in the order of their last arrival: the one idle longest comes first. */
  readonly #open = new Set<OpenRequest>();
  /** The same by id, in the order of opening; more than one where an id was met again far away in time. */
  readonly #byId = new Map<string, OpenRequest[]>();
  /** Closed requests that must wait for an open one that started before them. */
  #closed: OpenRequest[] = [];
  #highestSeconds = Number.NEGATIVE_INFINITY;
  /** No open request can be due before the clock passes this. */
  #nextSweepSeconds = Number.NEGATIVE_INFINITY;
  #placed = 0;

  /** `bounds` other than the usual ones are for those who have to see one reached. */
  constructor(
    idleSeconds: number,
    emit: (trace: RequestTrace) => void,
    bounds: AssemblerBounds = usualBounds,
  ) {
    this.#idleSeconds = idleSeconds;
    this.#emit = emit;
    this.#bounds = bounds;
  }

  /** Takes the next event of the log. */
  add(event: TimingEvent): void {
    const now = event.timestampSeconds;
    const isNewStretch = now < this.#highestSeconds - this.#idleSeconds - disorderSeconds;
    if (isNewStretch) this.#nextSweepSeconds = Number.NEGATIVE_INFINITY;
    if (isNewStretch || now > this.#highestSeconds) this.#highestSeconds = now;
    if (this.#highestSeconds > this.#nextSweepSeconds) this.#sweep();
    this.#place({ event, place: this.#placed++ });
    const [longestIdle] = this.#open;
    if (this.#open.size > this.#bounds.openRequests && longestIdle) this.#closeEarly(longestIdle);
  }

  /** The highest timestamp since the clock last stepped back; -Infinity before the first event. */
  get highestSeconds(): number {
    return this.#highestSeconds;
  }

  /** Whether a request that began before one instant may go on with events from another on. */
  mayContinue(beforeSeconds: number, fromSeconds: number): boolean {
    const reach = this.#idleSeconds + disorderSeconds;
    for (const { firstSeconds, lastSeconds } of this.#open) {
      if (firstSeconds < beforeSeconds && lastSeconds + reach >= fromSeconds) return true;
    }
    return false;
  }

  /** Closes and hands out all that is left. */
  end(): void {
    this.#closeWhere(() => true);
    this.#release();
  }

  #place(placed: PlacedEvent): void {
    const { requestId: id, timestampSeconds: at } = placed.event;
    let request = this.#findNear(id, at);
    if (request !== null && request.events.length >= this.#bounds.eventsPerRequest) {
      this.#closeEarly(request);
      request = null;
    }
    if (request === null) request = this.#openAt(id, at);
    else this.#open.delete(request);
    request.firstSeconds = Math.min(request.firstSeconds, at);
    request.lastSeconds = Math.max(request.lastSeconds, at);
    request.events.push(placed);
    this.#open.add(request);
  }

  /** The open request of an id within the idle window of an instant, or null. */
  #findNear(id: string, at: number): OpenRequest | null {
    const near = this.#byId
      .get(id)
      ?.filter(
        ({ firstSeconds, lastSeconds }) =>
          at >= firstSeconds - this.#idleSeconds && at <= lastSeconds + this.#idleSeconds,
      );
    const [request, ...others] = near ?? [];
    if (request === undefined) return null;
    const isFull = request.events.length >= this.#bounds.eventsPerRequest;
    // A late event may bridge the silence between requests of one id: they were one all along.
    for (const other of isFull ? [] : others) {
      join(request, other);
      this.#remove(other);
    }
    return request;
  }

  #openAt(id: string, at: number): OpenRequest {
    const request = { id, firstSeconds: at, lastSeconds: at, events: [] };
    const others = this.#byId.get(id);
    if (others === undefined) this.#byId.set(id, [request]);
    else others.push(request);
    return request;
  }

  /** Closes what has been idle for long enough, and plans the next look. */
  #sweep(): void {
    const wait = this.#idleSeconds + disorderSeconds;
    this.#closeWhere((request) => this.#highestSeconds > request.lastSeconds + wait);
    this.#nextSweepSeconds = nextSweep(this.#highestSeconds, this.#idleSeconds);
    this.#release();
  }

  #closeWhere(isDue: (request: OpenRequest) => boolean): void {
    for (const request of this.#open) if (isDue(request)) this.#close(request);
  }

  #closeEarly(request: OpenRequest): void {
    this.closedEarly++;
    this.#close(request);
    if (this.#closed.length > this.#bounds.waitingRequests) this.#release();
  }

  #close(request: OpenRequest): void {
    this.#remove(request);
    this.#closed.push(request);
  }

  #remove(request: OpenRequest): void {
    this.#open.delete(request);
    const others = this.#byId.get(request.id)?.filter((other) => other !== request) ?? [];
    if (others.length === 0) this.#byId.delete(request.id);
    else this.#byId.set(request.id, others);
  }

  /** Hands out closed requests, oldest first, as far as no open one started before or with them. */
  #release(): void {
    if (this.#closed.length === 0) return;
    let oldestOpen = Number.POSITIVE_INFINITY;
    for (const { firstSeconds } of this.#open) oldestOpen = Math.min(oldestOpen, firstSeconds);
    this.#closed.sort(byStart);
    const firstWaiting = this.#closed.findIndex((request) => request.firstSeconds >= oldestOpen);
    const due = firstWaiting < 0 ? this.#closed.length : firstWaiting;
    // Half at once, as every look at all that is open has its price.
    const { waitingRequests } = this.#bounds;
    const isOver = this.#closed.length > waitingRequests;
    const surplus = isOver ? this.#closed.length - Math.floor(waitingRequests / 2) : 0;
    const ready = this.#closed.splice(0, Math.max(due, surplus));
    for (const request of ready) this.#emit(toTrace(request));
  }
}

function join(request: OpenRequest, other: OpenRequest): void {
  request.firstSeconds = Math.min(request.firstSeconds, other.firstSeconds);
  request.lastSeconds = Math.max(request.lastSeconds, other.lastSeconds);
  request.events.push(...other.events);
}

/** By start, ties by id: the same however the events of several files interleave. */
function byStart(a: OpenRequest, b: OpenRequest): number {
  return a.firstSeconds - b.firstSeconds || (a.id < b.id ? -1 : Number(a.id > b.id));
}

function toTrace(request: OpenRequest): RequestTrace {
  const ordered = request.events.sort(
    (a, b) => a.event.timestampSeconds - b.event.timestampSeconds || a.place - b.place,
  );
  return { id: request.id, events: ordered.map((placed) => placed.event) };
}

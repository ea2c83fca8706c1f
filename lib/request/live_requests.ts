import type { TimingEvent } from "../event/timing_event.ts";
import { usualBounds } from "./bounds.ts";
import { analyzeRequest, type RequestAnalysis } from "./describe.ts";

/** When a request that is being watched counts as finished. */
export interface LiveRules {
  /** Silence after which the same id is another request. */
  readonly idleSeconds: number;
  /** Silence after which an answered request is finished. */
  readonly quietSeconds: number;
  /** Silence after which any other is. */
  readonly patienceSeconds: number;
}

interface LiveRequest {
  readonly id: string;
  readonly events: TimingEvent[];
  /** When its last event was seen, by the watcher's clock. */
  seenSeconds: number;
  /** Nothing has been added since it was looked at in vain. */
  isUnchanged: boolean;
  isFinished: boolean;
  /** All of it was there before the watching began. */
  isBacklog: boolean;
}

/** A request that has become finished. */
export interface FinishedRequest {
  readonly analysis: RequestAnalysis;
  /** All of it was there before the watching began. */
  readonly isBacklog: boolean;
}

/** Requests followed at once; of more the one silent longest is finished early. */
const mostRequests = 4_096;

/**
 * Requests while they happen. Unlike the assembler, which waits until nothing can come any more, this
 * calls a request finished once it is answered and quiet; what comes later is still added to it, but
 * it is not finished a second time.
 *
 * Memory: the requests of the last idle window, at most 4 096.
 */
export class LiveRequests {
  readonly #rules: LiveRules;
  /** In the order in which they were last seen. */
  readonly #requests = new Map<string, LiveRequest>();
  #early: FinishedRequest[] = [];

  constructor(rules: LiveRules) {
    this.#rules = rules;
  }

  /**
   * Takes an event that was seen at an instant of the watcher's clock, Unix seconds; `isBacklog` says
   * that it was there before.
   */
  add(event: TimingEvent, seenSeconds: number, isBacklog: boolean): void {
    const request = this.#requestOf(event);
    this.#requests.delete(request.id);
    this.#requests.set(request.id, request);
    request.seenSeconds = seenSeconds;
    request.isUnchanged = false;
    request.isBacklog &&= isBacklog;
    if (request.events.length < usualBounds.eventsPerRequest) insert(request.events, event);
    if (this.#requests.size > mostRequests) this.#dropSilent();
  }

  /** The requests that have become finished by now, by their starts; each is handed out once. */
  takeFinished(nowSeconds: number): FinishedRequest[] {
    const finished = this.#early;
    this.#early = [];
    for (const request of this.#requests.values()) {
      const analysis = this.#finish(request, nowSeconds - request.seenSeconds);
      if (analysis !== null) finished.push({ analysis, isBacklog: request.isBacklog });
      if (nowSeconds - request.seenSeconds > this.#rules.idleSeconds) {
        this.#requests.delete(request.id);
      }
    }
    return finished.sort((a, b) => startOf(a.analysis) - startOf(b.analysis));
  }

  /** The request that is going on: of those that are not finished, the one seen last; null for none. */
  current(): RequestAnalysis | null {
    let latest: LiveRequest | null = null;
    for (const request of this.#requests.values()) if (!request.isFinished) latest = request;
    return latest === null ? null : analyze(latest);
  }

  #requestOf(event: TimingEvent): LiveRequest {
    const { requestId: id, timestampSeconds: at } = event;
    const known = this.#requests.get(id);
    if (known !== undefined && isNear(known, at, this.#rules.idleSeconds)) return known;
    if (known !== undefined && !known.isFinished) this.#early.push(finishNow(known));
    return {
      id,
      events: [],
      seenSeconds: 0,
      isUnchanged: false,
      isFinished: false,
      isBacklog: true,
    };
  }

  /** Finishes a request that has been silent for long enough, or returns null. */
  #finish(request: LiveRequest, silentSeconds: number): RequestAnalysis | null {
    const { quietSeconds, patienceSeconds } = this.#rules;
    if (request.isFinished || silentSeconds < quietSeconds) return null;
    const isOver = silentSeconds >= patienceSeconds;
    if (request.isUnchanged && !isOver) return null;
    const analysis = analyze(request);
    request.isUnchanged = true;
    if (!isOver && analysis.figures.outcome !== "answered") return null;
    request.isFinished = true;
    return analysis;
  }

  #dropSilent(): void {
    const [silent] = this.#requests.values();
    if (silent === undefined) return;
    this.#requests.delete(silent.id);
    if (!silent.isFinished) this.#early.push(finishNow(silent));
  }
}

function analyze({ id, events }: LiveRequest): RequestAnalysis {
  return analyzeRequest({ id, events: [...events] });
}

function finishNow(request: LiveRequest): FinishedRequest {
  return { analysis: analyze(request), isBacklog: request.isBacklog };
}

function startOf({ trace }: RequestAnalysis): number {
  return trace.events[0]?.timestampSeconds ?? Number.NaN;
}

function isNear({ events }: LiveRequest, at: number, idleSeconds: number): boolean {
  const first = events[0]?.timestampSeconds ?? at;
  const last = events.at(-1)?.timestampSeconds ?? at;
  return at >= first - idleSeconds && at <= last + idleSeconds;
}

/** Puts an event in its place in time, behind those of the same time; nearly always that is the end. */
function insert(events: TimingEvent[], event: TimingEvent): void {
  let at = events.length;
  while (at > 0 && (events[at - 1]?.timestampSeconds ?? 0) > event.timestampSeconds) at--;
  events.splice(at, 0, event);
}

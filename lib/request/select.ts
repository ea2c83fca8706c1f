import type { RequestAnalysis } from "./describe.ts";
import { traceSession, traceStart } from "./request_trace.ts";

/** Which requests of a log are wanted. The conditions apply in the order in which they stand here. */
export interface Selection {
  /** Requests that start at or after this instant, Unix seconds. */
  readonly sinceSeconds?: number;
  /** Requests that start before this instant. */
  readonly untilSeconds?: number;
  /** Requests with at least one event of this service. */
  readonly service?: string;
  readonly session?: string;
  /** An id, or a prefix of one; only the newest match unless `all` is set. */
  readonly request?: string;
  readonly all?: boolean;
  /** The last so many by start. */
  readonly tail?: number;
  /** The so many with the longest processing. */
  readonly slowest?: number;
}

/** A shorter text could be a prefix of too much to be meant as one. */
export const minPrefixLength = 4;

/** How to find out what a choice depends on, of one candidate. */
export interface CandidateFacts<Candidate> {
  readonly idOf: (candidate: Candidate) => string;
  /** Its first event, Unix seconds. */
  readonly startOf: (candidate: Candidate) => number;
  readonly sessionOf: (candidate: Candidate) => string | null;
  readonly processingOf: (candidate: Candidate) => number;
  readonly hasService: (candidate: Candidate, service: string) => boolean;
  /** The candidate itself, or a copy if it does not last until the next one is there. */
  readonly toKeep: (candidate: Candidate) => Candidate;
}

/**
 * Passes a stream of requests, oldest first (but where a clock stepped back), through a selection. What
 * can be decided at once is handed to `emit` at once; the rest follows, oldest first, at `end()`.
 *
 * Memory: the requests held back by `request`, `tail` or `slowest`.
 */
export class Choice<Candidate> {
  /** Requests that met the conditions before `request`. */
  considered = 0;
  /** Start of the oldest of these, Unix seconds; null if there was none. */
  oldestSeconds: number | null = null;
  /** Ids that begin with the wanted text, beside the one that was shown. Known after `end()`. */
  otherIds: readonly string[] = [];

  readonly #selection: Selection;
  readonly #facts: CandidateFacts<Candidate>;
  readonly #emit: (candidate: Candidate) => void;
  readonly #consider: (candidate: Candidate) => void;
  #exact: Candidate[] = [];
  #prefixed: Candidate[] = [];
  readonly #prefixedIds = new Set<string>();
  #held: Candidate[] = [];

  /** `consider` gets every request that `slowest` chooses from, before `emit` gets the first. */
  constructor(
    selection: Selection,
    facts: CandidateFacts<Candidate>,
    emit: (candidate: Candidate) => void,
    consider: (candidate: Candidate) => void = () => {},
  ) {
    this.#selection = selection;
    this.#facts = facts;
    this.#emit = emit;
    this.#consider = consider;
  }

  /** Takes the next request. */
  add(candidate: Candidate): void {
    if (!this.#isInScope(candidate)) return;
    this.considered++;
    const start = this.#facts.startOf(candidate);
    this.oldestSeconds = Math.min(this.oldestSeconds ?? start, start);
    const { request, tail, slowest } = this.#selection;
    if (request !== undefined) this.#match(candidate, request);
    else if (tail === undefined && slowest === undefined) this.#emit(candidate);
    else this.#hold(this.#facts.toKeep(candidate));
  }

  /** Hands out what was held back. */
  end(): void {
    const matches = this.#exact.length > 0 ? this.#exact : this.#prefixed;
    const shown = this.#selection.all ? matches : matches.slice(-1);
    if (this.#exact.length === 0 && !this.#selection.all) {
      const [first] = shown;
      const shownId = first === undefined ? null : this.#facts.idOf(first);
      this.otherIds = [...this.#prefixedIds].filter((id) => id !== shownId);
    }
    for (const candidate of shown) this.#hold(candidate);
    const { tail, slowest } = this.#selection;
    if (tail !== undefined) for (const candidate of this.#held) this.#consider(candidate);
    if (slowest !== undefined) this.#held = this.#slowestOf(this.#held, slowest);
    for (const candidate of this.#held) this.#emit(candidate);
  }

  #isInScope(candidate: Candidate): boolean {
    const { sinceSeconds, untilSeconds, service, session } = this.#selection;
    const { startOf, sessionOf, hasService } = this.#facts;
    const start = startOf(candidate);
    if (sinceSeconds !== undefined && start < sinceSeconds) return false;
    if (untilSeconds !== undefined && start >= untilSeconds) return false;
    if (session !== undefined && sessionOf(candidate) !== session) return false;
    return service === undefined || hasService(candidate, service);
  }

  #match(candidate: Candidate, wanted: string): void {
    const id = this.#facts.idOf(candidate);
    if (id === wanted) {
      this.#exact = this.#keep(this.#exact, candidate);
      this.#prefixed = [];
    } else if (wanted.length >= minPrefixLength && id.startsWith(wanted)) {
      this.#prefixedIds.add(id);
      if (this.#exact.length === 0) this.#prefixed = this.#keep(this.#prefixed, candidate);
    }
  }

  #keep(kept: Candidate[], candidate: Candidate): Candidate[] {
    const { toKeep } = this.#facts;
    if (this.#selection.all) {
      kept.push(toKeep(candidate));
      return kept;
    }
    const [newest] = kept;
    const isNewest = newest === undefined || !this.#isLater(newest, candidate);
    return isNewest ? [toKeep(candidate)] : kept;
  }

  #hold(candidate: Candidate): void {
    const { tail, slowest } = this.#selection;
    if (tail === undefined && slowest === undefined) {
      this.#emit(candidate);
      return;
    }
    if (tail === undefined) this.#consider(candidate);
    // Almost always the end; a clock that stepped back brings requests out of order.
    const place = this.#held.findLastIndex((held) => !this.#isLater(held, candidate)) + 1;
    this.#held.splice(place, 0, candidate);
    if (tail !== undefined && this.#held.length > tail) this.#held.shift();
    const tooMany = slowest !== undefined && this.#held.length > 2 * slowest + 1024;
    if (tail === undefined && tooMany) this.#held = this.#slowestOf(this.#held, slowest);
  }

  /** True if a request started after another. */
  #isLater(one: Candidate, other: Candidate): boolean {
    return this.#facts.startOf(one) > this.#facts.startOf(other);
  }

  /** The so many requests with the longest processing, in the order in which they are given. */
  #slowestOf(candidates: readonly Candidate[], count: number): Candidate[] {
    const ranked = candidates
      .map((candidate, index) => ({
        candidate,
        index,
        processing: this.#facts.processingOf(candidate),
      }))
      .sort((a, b) => b.processing - a.processing || a.index - b.index);
    return ranked
      .slice(0, count)
      .sort((a, b) => a.index - b.index)
      .map(({ candidate }) => candidate);
  }
}

/** Passes a stream of analysed requests through a selection; see `Choice`. */
export class Selector<
  Candidate extends RequestAnalysis = RequestAnalysis,
> extends Choice<Candidate> {
  constructor(
    selection: Selection,
    emit: (analysis: Candidate) => void,
    consider: (analysis: Candidate) => void = () => {},
  ) {
    super(
      selection,
      {
        idOf: ({ trace }) => trace.id,
        startOf: ({ trace }) => traceStart(trace),
        sessionOf: ({ trace }) => traceSession(trace),
        processingOf: ({ figures }) => figures.processingSeconds,
        hasService: ({ trace }, service) => trace.events.some((event) => event.service === service),
        toKeep: (analysis) => analysis,
      },
      emit,
      consider,
    );
  }
}

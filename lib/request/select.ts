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

/**
 * Passes a stream of requests, oldest first (but where a clock stepped back), through a selection. What
 * can be decided at once is handed to `emit` at once; the rest follows, oldest first, at `end()`.
 *
 * Memory: the requests held back by `request`, `tail` or `slowest`.
 */
export class Selector<Candidate extends RequestAnalysis = RequestAnalysis> {
  /** Requests that met the conditions before `request`. */
  considered = 0;
  /** Start of the oldest of these, Unix seconds; null if there was none. */
  oldestSeconds: number | null = null;

  readonly #selection: Selection;
  readonly #emit: (analysis: Candidate) => void;
  readonly #consider: (analysis: Candidate) => void;
  #exact: Candidate[] = [];
  #prefixed: Candidate[] = [];
  readonly #prefixedIds = new Set<string>();
  #held: Candidate[] = [];

  /** `consider` gets every request that `slowest` chooses from, before `emit` gets the first. */
  constructor(
    selection: Selection,
    emit: (analysis: Candidate) => void,
    consider: (analysis: Candidate) => void = () => {},
  ) {
    this.#selection = selection;
    this.#emit = emit;
    this.#consider = consider;
  }

  /** Ids that begin with the wanted text, beside the one that was shown, in alphabetical order. Known
   * after `end()`. */
  otherIds: readonly string[] = [];

  /** Takes the next request. */
  add(analysis: Candidate): void {
    if (!this.#isInScope(analysis)) return;
    this.considered++;
    const start = traceStart(analysis.trace);
    this.oldestSeconds = Math.min(this.oldestSeconds ?? start, start);
    const { request } = this.#selection;
    if (request === undefined) this.#hold(analysis);
    else this.#match(analysis, request);
  }

  /** Hands out what was held back. */
  end(): void {
    const matches = this.#exact.length > 0 ? this.#exact : this.#prefixed;
    const shown = this.#selection.all ? matches : matches.slice(-1);
    if (this.#exact.length === 0 && !this.#selection.all) {
      const shownId = shown[0]?.trace.id;
      this.otherIds = [...this.#prefixedIds].filter((id) => id !== shownId).sort();
    }
    for (const analysis of shown) this.#hold(analysis);
    const { tail, slowest } = this.#selection;
    if (tail !== undefined) for (const analysis of this.#held) this.#consider(analysis);
    if (slowest !== undefined) this.#held = slowestOf(this.#held, slowest);
    for (const analysis of this.#held) this.#emit(analysis);
  }

  #isInScope({ trace }: Candidate): boolean {
    const { sinceSeconds, untilSeconds, service, session } = this.#selection;
    const start = traceStart(trace);
    if (sinceSeconds !== undefined && start < sinceSeconds) return false;
    if (untilSeconds !== undefined && start >= untilSeconds) return false;
    if (session !== undefined && traceSession(trace) !== session) return false;
    return service === undefined || trace.events.some((event) => event.service === service);
  }

  #match(analysis: Candidate, wanted: string): void {
    const { id } = analysis.trace;
    if (id === wanted) {
      this.#exact = this.#keep(this.#exact, analysis);
      this.#prefixed = [];
    } else if (wanted.length >= minPrefixLength && id.startsWith(wanted)) {
      this.#prefixedIds.add(id);
      if (this.#exact.length === 0) this.#prefixed = this.#keep(this.#prefixed, analysis);
    }
  }

  #keep(kept: Candidate[], analysis: Candidate): Candidate[] {
    if (this.#selection.all) return [...kept, analysis];
    const [newest] = kept;
    return newest !== undefined && isLater(newest, analysis) ? kept : [analysis];
  }

  #hold(analysis: Candidate): void {
    const { tail, slowest } = this.#selection;
    if (tail === undefined && slowest === undefined) {
      this.#emit(analysis);
      return;
    }
    if (tail === undefined) this.#consider(analysis);
    // Almost always the end; a clock that stepped back brings requests out of order.
    const place = this.#held.findLastIndex((held) => !isLater(held, analysis)) + 1;
    this.#held.splice(place, 0, analysis);
    if (tail !== undefined && this.#held.length > tail) this.#held.shift();
    const tooMany = slowest !== undefined && this.#held.length > 2 * slowest + 1024;
    if (tail === undefined && tooMany) this.#held = slowestOf(this.#held, slowest);
  }
}

/** True if a request started after another. */
function isLater(one: RequestAnalysis, other: RequestAnalysis): boolean {
  return traceStart(one.trace) > traceStart(other.trace);
}

/** The so many requests with the longest processing, in the order in which they are given. */
function slowestOf<Candidate extends RequestAnalysis>(
  analyses: readonly Candidate[],
  count: number,
): Candidate[] {
  const ranked = analyses
    .map((analysis, index) => ({ analysis, index }))
    .sort(
      (a, b) =>
        b.analysis.figures.processingSeconds - a.analysis.figures.processingSeconds ||
        a.index - b.index,
    );
  return ranked
    .slice(0, count)
    .sort((a, b) => a.index - b.index)
    .map(({ analysis }) => analysis);
}

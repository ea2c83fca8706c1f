import type { Engine } from "../event/scanner/engine.ts";
import type { RequestAnalysis } from "../request/describe.ts";
import { traceEnd, traceSession } from "../request/request_trace.ts";
import { percentileOf } from "../stats/series.ts";
import { boundedId } from "./bounded_id.ts";
import { coldSample, countsWhole } from "./cache_verdict.ts";
import { type Turn, turnOf } from "./turn.ts";
import type { NumberedTurn } from "./turn_rows.ts";
import { emptyTurnList, type TurnList, TurnTable } from "./turn_table.ts";

/** Sessions kept apart in one log; the turns of further ones form the session `other`. */
const maxSessions = 65_536;
const unknownId = "unknown";
const otherId = "other";

/** A conversation: what its first turn told, and which of its turns are kept. */
export interface Session {
  readonly id: string;
  /** Its id is ours: no event names it. So a session really called `unknown` stays apart. */
  readonly inferred: boolean;
  /** Start of its first turn in the log, Unix seconds. */
  readonly startSeconds: number;
  /** Turns met in the log. */
  turns: number;
  /** Whether its first turn evaluated its whole prompt, which rule 2 of the cache verdict asks. */
  readonly firstCountsWhole: boolean;
  /** Its first turn's prefill in milliseconds per token, if that turn was cold. */
  readonly coldSample: number | null;
  readonly kept: TurnList;
}

/** A turn that has found its place in a conversation. */
export interface PlacedTurn {
  readonly turn: Turn;
  readonly session: Session;
  readonly turnNumber: number;
}

/** Where the turns of conversations are kept. */
export interface KeptTurns extends Pick<TurnTable, "add" | "turnsOf"> {
  /** In whose memory they lie as rows; absent where they do not. */
  readonly engine?: Engine;
}

/** A request that has found its place as a turn. */
export type PlacedRequest = RequestAnalysis & PlacedTurn;

/**
 * Sorts the requests of a log into conversations. Every request is placed, in the order of the log;
 * those that were chosen are then kept as turns. So a turn has its number in the whole conversation
 * and its cache verdict rests on the whole log, whatever is chosen of it.
 *
 * With `gapSeconds` the requests without a session are cut at silences longer than that, each part
 * being one inferred session; with null they are one.
 *
 * Memory: about 100 bytes a kept turn, and about 400 for each of at most 65 536 sessions.
 */
export class SessionGroups {
  readonly #gapSeconds: number | null;
  readonly #named = new Map<string, Session>();
  /** In the order in which they began to be met. */
  readonly #all: Session[] = [];
  readonly #table: KeptTurns;
  #unnamed: Session | null = null;
  #unnamedParts = 0;
  #unnamedStartSeconds = Number.NEGATIVE_INFINITY;
  #unnamedEndSeconds = Number.POSITIVE_INFINITY;
  #other: Session | null = null;

  /** `table` is where turns are kept. */
  constructor(gapSeconds: number | null, table: KeptTurns = new TurnTable()) {
    this.#table = table;
    this.#gapSeconds = gapSeconds;
  }

  /** Turns met that went into `other` because there were too many sessions. */
  get folded(): number {
    return this.#other?.turns ?? 0;
  }

  /** Whether there were so many sessions that some are not kept apart. */
  get isFull(): boolean {
    return this.#other !== null;
  }

  /** Finds the conversation of the log's next request and counts the request as its next turn. */
  place(request: RequestAnalysis): PlacedRequest {
    const { trace } = request;
    const turn = turnOf(request);
    const session = this.placeTurn(turn, traceSession(trace), traceEnd(trace));
    return { ...request, turn, session, turnNumber: session.turns };
  }

  /**
   * The same for a turn of the conversation `id`, null for none, whose last event is at `endSeconds`:
   * its number is what `turns` of the session has become.
   */
  placeTurn(turn: Turn, id: string | null, endSeconds: number): Session {
    const session = id === null ? this.#placeUnnamed(turn, endSeconds) : this.#placeNamed(id, turn);
    session.turns++;
    return session;
  }

  /** Keeps a placed turn. */
  keep({ turn, session, turnNumber }: PlacedTurn): void {
    this.#table.add(session.kept, turnNumber, turn);
  }

  /** Conversations with turns that were kept, by start. */
  sessions(): Session[] {
    return this.#all
      .filter((session) => session.kept.length > 0)
      .sort((a, b) => a.startSeconds - b.startSeconds);
  }

  /** The kept turns of a conversation, each read as it is asked for; one object serves for all. */
  turnsOf(session: Session): Iterable<NumberedTurn> {
    return this.#table.turnsOf(session.kept);
  }

  /** In whose memory the kept turns lie as rows; null where they are kept in another way. */
  get engine(): Engine | null {
    return this.#table.engine ?? null;
  }

  /**
   * The log's cold rate, milliseconds of prefill per token: the median over the cold first turns of
   * all its sessions; null if there is none. Known at the end of the log.
   */
  coldRate(): number | null {
    const rates = Float64Array.from(
      this.#all.flatMap((session) => (session.coldSample === null ? [] : [session.coldSample])),
    ).sort();
    if (rates.length === 0) return null;
    return percentileOf(rates.length, 0.5, (rank) => rates[rank] ?? Number.NaN);
  }

  #placeNamed(id: string, turn: Turn): Session {
    const key = boundedId(id);
    const known = this.#named.get(key);
    if (known !== undefined) return known;
    const session = this.#begin(key, false, turn);
    if (!session.inferred) this.#named.set(key, session);
    return session;
  }

  #placeUnnamed(turn: Turn, end: number): Session {
    const start = turn.startSeconds;
    const isSilence =
      start - this.#unnamedEndSeconds > (this.#gapSeconds ?? Number.POSITIVE_INFINITY);
    // After a step back of the clock the old end lies in the future and would hide every silence.
    const isStepBack = start < this.#unnamedStartSeconds;
    const isReached = this.#unnamed === null || isStepBack || end > this.#unnamedEndSeconds;
    if (isReached) this.#unnamedEndSeconds = end;
    this.#unnamedStartSeconds = start;
    if (this.#unnamed !== null && !isSilence) return this.#unnamed;
    this.#unnamedParts++;
    const id = this.#gapSeconds === null ? unknownId : `${unknownId}#${this.#unnamedParts}`;
    this.#unnamed = this.#begin(id, true, turn);
    return this.#unnamed;
  }

  /** Begins a session, or joins `other` when there are too many. */
  #begin(id: string, inferred: boolean, first: Turn): Session {
    const isFull = this.#all.length >= maxSessions;
    if (isFull && this.#other !== null) return this.#other;
    const session = newSession(isFull ? otherId : id, inferred || isFull, first);
    this.#all.push(session);
    if (isFull) this.#other = session;
    return session;
  }
}

function newSession(id: string, inferred: boolean, first: Turn): Session {
  return {
    id,
    inferred,
    startSeconds: first.startSeconds,
    turns: 0,
    firstCountsWhole: countsWhole(first),
    // Nobody says that an inferred session's first turn began a conversation: the model may be warm.
    coldSample: inferred ? null : coldSample(first),
    kept: emptyTurnList(),
  };
}

import type { Engine } from "../event/scanner/engine.ts";
import { sessionPlaces, valueCount } from "../report/row_writer.ts";
import type { Series } from "../stats/series.ts";
import type { SessionContext } from "./session_context.ts";
import type { SessionFiguresReport } from "./session_figures.ts";
import type { Session } from "./session_groups.ts";
import { known } from "./turn_fields.ts";

/** What the compiled figures offer; `assembly/conversation.ts` and `assembly/rows.ts` explain each. */
interface FigureExports {
  openValues(count: number): number;
  openConversations(mostTurns: number): void;
  findFigures(
    first: number,
    firstCountsWhole: boolean,
    coldRate: number,
    contextTokens: number,
  ): number;
}

/** Conversations of more turns have their figures from objects: the engine would take long to sort them. */
const mostTurns = 256;

/** Figures of conversations that the engine gathers of its rows. Memory: 17 KB in the engine. */
export class EngineFigures {
  readonly #engine: Engine;
  readonly #exports: FigureExports;
  readonly #context: SessionContext;
  /** Where the values stand, counted in float64. */
  readonly #values: number;

  /** The turns must have been handed over to their conversations. */
  constructor(engine: Engine, context: SessionContext) {
    this.#engine = engine;
    this.#exports = engine.exports as unknown as FigureExports;
    this.#context = context;
    this.#values = (this.#exports.openValues(valueCount) >>> 0) / 8;
    this.#exports.openConversations(mostTurns);
  }

  /**
   * Has the engine set the figures of a conversation as values, as `sessionPlaces` says. False where only
   * objects tell them exactly: of many turns, or where a sum does not come out even.
   */
  place({ kept, firstCountsWhole }: Session): boolean {
    if (kept.length > mostTurns) return false;
    const { coldRate, contextTokens } = this.#context;
    const cold = coldRate ?? Number.NaN;
    return this.#exports.findFigures(kept.first, firstCountsWhole, cold, contextTokens) !== 0;
  }

  /** Sets a value. */
  set(place: number, value: number): void {
    this.#engine.doubles[this.#values + place] = value;
  }

  /** The figures of a conversation; null where `place` says false. */
  read(session: Session): SessionFiguresReport | null {
    if (!this.place(session)) return null;
    const at = sessionPlaces;
    const { first, later, prompt, correlation, trend, cache } = at;
    return {
      requests: this.#number(at.requests),
      llm: this.#series(at.llm),
      processing: this.#series(at.processing),
      voiceToVoice: this.#series(at.voiceToVoice),
      first: { llmMs: this.#known(first.llmMs), processingMs: this.#known(first.processingMs) },
      later: { llm: this.#series(later.llm), processing: this.#series(later.processing) },
      speedup: this.#known(at.speedup),
      prompt: {
        first: this.#known(prompt.first),
        last: this.#known(prompt.last),
        mean: this.#known(prompt.mean),
        tokensPerTurn: this.#known(prompt.tokensPerTurn),
        turnAtLimit: this.#known(prompt.turnAtLimit),
      },
      correlation: {
        n: this.#number(correlation.n),
        r: this.#known(correlation.r),
        msPer1000Tokens: this.#known(correlation.msPer1000Tokens),
      },
      trend: { n: this.#number(trend.n), msPerTurn: this.#known(trend.msPerTurn) },
      cache: {
        hit: this.#number(cache.hit),
        partial: this.#number(cache.partial),
        miss: this.#number(cache.miss),
        unknown: this.#number(cache.unknown),
        coldPrefillMs: this.#known(cache.coldPrefillMs),
        warmPrefillMs: this.#known(cache.warmPrefillMs),
        savedMs: this.#known(cache.savedMs),
        coldRate: this.#context.coldRate,
      },
    };
  }

  #number(place: number): number {
    return this.#engine.doubles[this.#values + place] ?? Number.NaN;
  }

  #known(place: number): number | null {
    return known(this.#number(place));
  }

  #series(at: typeof sessionPlaces.llm): Series {
    return {
      n: this.#number(at.n),
      mean: this.#known(at.mean),
      min: this.#known(at.min),
      p50: this.#known(at.p50),
      p90: this.#known(at.p90),
      p95: this.#known(at.p95),
      p99: this.#known(at.p99),
      max: this.#known(at.max),
      share: null,
    };
  }
}

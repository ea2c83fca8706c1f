import type { Series } from "../stats/series.ts";
import type { RowWriter } from "./row_writer.ts";

/** One conversation. Durations and series in milliseconds, instants in Unix seconds. */
export interface SessionReport {
  readonly id: string;
  /** No event names it: requests without a session, or more sessions than are kept apart. */
  readonly inferred: boolean;
  /** Start of its first turn in the log, also where that one was not chosen. */
  readonly startSeconds: number;
  /** Turns that were chosen; all figures are over these. */
  readonly requests: number;
  readonly llm: Series;
  readonly processing: Series;
  readonly voiceToVoice: Series;
  /** Turn 1; nulls where it was not chosen. */
  readonly first: { readonly llmMs: number | null; readonly processingMs: number | null };
  /** All turns but turn 1. */
  readonly later: { readonly llm: Series; readonly processing: Series };
  /** llm of turn 1 over the mean of the later turns. */
  readonly speedup: number | null;
  readonly prompt: PromptReport;
  /** Prompt tokens against llm. */
  readonly correlation: {
    readonly n: number;
    readonly r: number | null;
    readonly msPer1000Tokens: number | null;
  };
  /** Processing against the turn's number. */
  readonly trend: { readonly n: number; readonly msPerTurn: number | null };
  readonly cache: CacheReport;
  /** Made as they are read, so that a conversation of any length can be written; may be read again. */
  readonly turns: Iterable<TurnReport>;
}

/** How the prompt grows, in tokens. */
export interface PromptReport {
  readonly first: number | null;
  readonly last: number | null;
  readonly mean: number | null;
  readonly tokensPerTurn: number | null;
  /** The turn at which the growing prompt fills the model's context; null if it does not grow. */
  readonly turnAtLimit: number | null;
}

/** What the prompt cache did. */
export interface CacheReport {
  readonly hit: number;
  readonly partial: number;
  readonly miss: number;
  readonly unknown: number;
  /** Median prefill of misses and of hits. */
  readonly coldPrefillMs: number | null;
  readonly warmPrefillMs: number | null;
  /** Prefill that hits and partial hits would have taken at the cold rate, beyond what they took. */
  readonly savedMs: number | null;
  /** The log's cold rate, milliseconds of prefill per token; null if no turn shows it. */
  readonly coldRate: number | null;
}

/** One turn of a conversation. */
export interface TurnReport {
  /** Its number in the conversation, from 1. */
  readonly turn: number;
  readonly id: string;
  readonly startSeconds: number;
  readonly totalMs: number;
  readonly processingMs: number;
  readonly voiceToVoiceMs: number | null;
  readonly llmMs: number | null;
  readonly promptTokens: number | null;
  readonly evaluatedTokens: number | null;
  readonly prefillMs: number | null;
  /** `hit`, `partial`, `miss` or `unknown`. */
  readonly cache: string;
  /** What decided: `cached count`, `new tokens` or `prefill rate`; null if nothing could. */
  readonly cacheRule: string | null;
  /**
   * The two numbers compared, by rule: tokens cached of those of the prompt; tokens evaluated of those
   * estimated; milliseconds per token of cold milliseconds per token.
   */
  readonly cacheEvidence: { readonly value: number; readonly of: number } | null;
  readonly tailMode: boolean | null;
}

/** All conversations that were chosen, by start. */
export interface SessionsReport {
  readonly count: number;
  /** Made as they are read; may be read again. */
  readonly sessions: Iterable<SessionReport>;
  /** The log's cold rate, milliseconds of prefill per token; null if no turn shows it. */
  readonly coldRate: number | null;
  /**
   * Opens a writer of all that as rows. `take` is handed bytes, which are no longer there when it has
   * returned. Null where the engine does not keep the turns.
   */
  readonly openRows: ((take: (bytes: Buffer) => void) => RowWriter) | null;
}

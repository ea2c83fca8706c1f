import type { PromptCounters, Turn } from "./turn.ts";

/** What of a turn its verdict is drawn from. */
export type JudgedTurn = PromptCounters & Pick<Turn, "llmSeconds" | "hasKvCache">;

/** Whether the model's prompt cache served a turn. */
export type CacheVerdict = "hit" | "partial" | "miss" | "unknown";

/** What a verdict rests on: the rules in the order in which they are asked. */
export type CacheRule = "cached count" | "new tokens" | "prefill rate";

/** A verdict, the rule that gave it, and the two numbers that the rule compared. */
export interface CacheJudgement {
  readonly verdict: CacheVerdict;
  /** Null for `unknown`: no rule had what it needs. */
  readonly rule: CacheRule | null;
  /**
   * By rule: tokens cached `of` tokens of the prompt; tokens evaluated `of` tokens estimated;
   * milliseconds per token `of` cold milliseconds per token.
   */
  readonly evidence: { readonly value: number; readonly of: number } | null;
}

/** Cached share of the prompt from which a turn is a hit, or a partial one. */
const hitShare = 0.9;
const partialShare = 0.1;
/** Part of the cold rate up to which a prefill is a hit, or a partial one. */
const hitRate = 0.25;
const partialRate = 0.75;
/** A count of up to this part of the estimate may be one of new tokens only … */
const newTokensShare = 0.5;
/** … if the session's first turn evaluated at least this part of its own estimate. */
const wholePromptShare = 0.6;

/**
 * Judges one turn. The first rule whose numbers are there and positive decides; a zero is what writers
 * put where the server said nothing, so it decides nothing.
 *
 * `firstCountsWhole` says that the session's first turn evaluated its whole prompt, as `countsWhole()`
 * tells; `coldRate` is the log's cold prefill in milliseconds per token, or null.
 */
export function judgeCache(
  turn: JudgedTurn,
  firstCountsWhole: boolean,
  coldRate: number | null,
): CacheJudgement {
  const { promptTokens, promptEvalCount, cachedCount } = turn;
  const whole = Math.max(promptEvalCount ?? 0, promptTokens ?? 0);
  if (isPositive(cachedCount) && whole > 0) {
    const verdict = byShare(cachedCount / whole);
    return { verdict, rule: "cached count", evidence: { value: cachedCount, of: whole } };
  }
  if (firstCountsWhole && countsFew(turn) && isPositive(promptEvalCount)) {
    const of = promptTokens ?? promptEvalCount;
    const verdict = byShare(1 - promptEvalCount / of);
    return { verdict, rule: "new tokens", evidence: { value: promptEvalCount, of } };
  }
  const rate = prefillRate(turn);
  if (rate !== null && isPositive(coldRate)) {
    const verdict = byRate(rate / coldRate);
    const isSure = verdict !== "miss" || showsMiss(turn);
    if (isSure) return { verdict, rule: "prefill rate", evidence: { value: rate, of: coldRate } };
  }
  return { verdict: "unknown", rule: null, evidence: null };
}

/**
 * Whether a slow prefill can be told from a prefill of new tokens only. Without an estimate the rate
 * is one per counted token, and where the server counts new tokens only, that is the cold rate for
 * every turn. So a turn that was handed a cached context, or whose beginning is missing from the log,
 * may have been served all the same.
 */
function showsMiss({ promptTokens, llmSeconds, hasKvCache }: JudgedTurn): boolean {
  return isPositive(promptTokens) || (hasKvCache !== true && llmSeconds !== null);
}

/** Tokens that the model had to read: the count without the cached ones, if these are in it. */
export function evaluatedTokens({ promptEvalCount, cachedCount }: PromptCounters): number | null {
  if (promptEvalCount === null || cachedCount === null) return promptEvalCount;
  // A count smaller than the cached part cannot contain it.
  return cachedCount <= promptEvalCount ? promptEvalCount - cachedCount : promptEvalCount;
}

/** Whether a first turn shows that its server counts the whole prompt while nothing is cached. */
export function countsWhole(turn: PromptCounters): boolean {
  const evaluated = evaluatedTokens(turn);
  const { promptTokens } = turn;
  if (!isPositive(evaluated) || !isPositive(promptTokens)) return false;
  return evaluated >= wholePromptShare * promptTokens;
}

/** Size of a turn's prompt: the estimate, else what the server counted. */
export function promptSize({ promptTokens, promptEvalCount }: PromptCounters): number | null {
  if (isPositive(promptTokens)) return promptTokens;
  return isPositive(promptEvalCount) ? promptEvalCount : null;
}

/**
 * The rate at which a session's first turn was read, in milliseconds per token, as a sample of the
 * cold rate; null unless the turn was cold as far as anybody can tell.
 *
 * A log may begin in the middle of a conversation, so a first turn is no sample if the caller handed
 * it a cached context, if its own counters show cached tokens or far fewer than the estimate, or if
 * the beginning of its call is missing. Without a sample rule 3 stays silent: a warm turn taken for a
 * cold one would make misses of all others.
 */
export function coldSample(turn: Turn): number | null {
  const { cachedCount, promptTokens, promptEvalCount } = turn;
  const whole = Math.max(promptEvalCount ?? 0, promptTokens ?? 0);
  const isCached = isPositive(cachedCount) && cachedCount >= partialShare * whole;
  const isCut = promptTokens === null && turn.llmSeconds === null;
  if (turn.hasKvCache === true || isCached || countsFew(turn) || isCut) return null;
  return prefillRate(turn);
}

/** Prefill in milliseconds per token of the prompt; null without two positive numbers. */
function prefillRate(turn: PromptCounters): number | null {
  const tokens = promptSize(turn);
  return isPositive(turn.prefillMs) && tokens !== null ? turn.prefillMs / tokens : null;
}

function countsFew({ promptTokens, promptEvalCount }: PromptCounters): boolean {
  if (!isPositive(promptEvalCount) || !isPositive(promptTokens)) return false;
  return promptEvalCount <= newTokensShare * promptTokens;
}

function byShare(share: number): CacheVerdict {
  if (share >= hitShare) return "hit";
  return share >= partialShare ? "partial" : "miss";
}

function byRate(partOfCold: number): CacheVerdict {
  if (partOfCold <= hitRate) return "hit";
  return partOfCold <= partialRate ? "partial" : "miss";
}

function isPositive(value: number | null): value is number {
  return value !== null && value > 0;
}

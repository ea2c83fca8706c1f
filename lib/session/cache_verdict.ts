import {
  countsFew,
  evaluatedOf,
  isWhole,
  judge,
  prefillRate,
  promptSizeOf,
  showsCache,
  verdicts,
  wholeSize,
} from "./cache_rule.ts";
import type { PromptCounters, Turn } from "./turn.ts";

/** What of a turn its verdict is drawn from. */
export type JudgedTurn = PromptCounters & Pick<Turn, "llmSeconds" | "hasKvCache">;

/** Whether the model's prompt cache served a turn. */
export type CacheVerdict = (typeof verdictNames)[number];

/** What a verdict rests on: the rules in the order in which they are asked. */
export type CacheRule = (typeof ruleNames)[number];

/** By their numbers. */
export const verdictNames = ["hit", "partial", "miss", "unknown"] as const;
/** By their numbers. */
export const ruleNames = ["cached count", "new tokens", "prefill rate"] as const;

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

const unjudged: CacheJudgement = { verdict: "unknown", rule: null, evidence: null };

/**
 * Judges one turn. The first rule whose numbers are there and positive decides; a zero is what writers
 * put where the server said nothing, so it decides nothing.
 *
 * A slow prefill is a miss only where it can be told from a prefill of new tokens only. Without an
 * estimate the rate is one per counted token, and where the server counts new tokens only, that is the
 * cold rate for every turn. So a turn that was handed a cached context, or whose beginning is missing
 * from the log, may have been served all the same.
 *
 * `firstCountsWhole` says that the session's first turn evaluated its whole prompt, as `countsWhole()`
 * tells; `coldRate` is the log's cold prefill in milliseconds per token, or null.
 */
export function judgeCache(
  turn: JudgedTurn,
  firstCountsWhole: boolean,
  coldRate: number | null,
): CacheJudgement {
  const [prompt, count, cached] = countersOf(turn);
  const prefill = orNaN(turn.prefillMs);
  const cold = orNaN(coldRate);
  const hasCall = turn.llmSeconds !== null;
  const isHanded = turn.hasKvCache === true;
  const found = judge(prompt, count, cached, prefill, hasCall, isHanded, firstCountsWhole, cold);
  const verdict = verdictNames[found % verdicts] ?? "unknown";
  if (verdict === "unknown") return unjudged;
  const rule = ruleNames[Math.floor(found / verdicts)] ?? null;
  return { verdict, rule, evidence: evidenceOf(rule) };

  function evidenceOf(by: CacheRule | null): CacheJudgement["evidence"] {
    if (by === "cached count") return { value: cached, of: wholeSize(prompt, count) };
    if (by === "new tokens") return { value: count, of: prompt };
    return { value: prefillRate(prompt, count, prefill), of: cold };
  }
}

/** Tokens that the model had to read: the count without the cached ones, if these are in it. */
export function evaluatedTokens(turn: PromptCounters): number | null {
  const [, count, cached] = countersOf(turn);
  return turn.promptEvalCount === null ? null : evaluatedOf(count, cached);
}

/** Whether a first turn shows that its server counts the whole prompt while nothing is cached. */
export function countsWhole(turn: PromptCounters): boolean {
  const [prompt, count, cached] = countersOf(turn);
  return isWhole(prompt, evaluatedOf(count, cached));
}

/** Size of a turn's prompt: the estimate, else what the server counted. */
export function promptSize(turn: PromptCounters): number | null {
  const [prompt, count] = countersOf(turn);
  const size = promptSizeOf(prompt, count);
  return size > 0 ? size : null;
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
  const [prompt, count, cached] = countersOf(turn);
  const isCut = turn.promptTokens === null && turn.llmSeconds === null;
  const isCached = showsCache(prompt, count, cached);
  if (turn.hasKvCache === true || isCached || countsFew(prompt, count) || isCut) return null;
  const rate = prefillRate(prompt, count, orNaN(turn.prefillMs));
  return rate >= 0 ? rate : null;
}

function countersOf(
  turn: PromptCounters,
): readonly [prompt: number, count: number, cached: number] {
  return [orNaN(turn.promptTokens), orNaN(turn.promptEvalCount), orNaN(turn.cachedCount)];
}

function orNaN(value: number | null): number {
  return value ?? Number.NaN;
}

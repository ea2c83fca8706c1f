/**
 * The rules that judge a turn's prompt cache; `cache_verdict.ts` says what is asked of them. Two compilers
 * read this file, that of the engine and that of its host, so it has nothing but numbers and answers: a
 * number that nobody knows is NaN.
 */

/** Verdicts by number. */
export const hit = 0;
/** The second one. */
export const partial = 1;
/** The third one. */
export const miss = 2;
/** No rule had what it needs. */
export const unknown = 3;

/** A judgement is a verdict and, so many times, the number of the rule that gave it. */
export const verdicts = 4;

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
 * Judges a turn: by the part of its prompt that was cached (rule 0), by the part that was evaluated (rule 1),
 * by the rate of its prefill (rule 2). `hasCall` says whether the log has the whole call of the model.
 */
export function judge(
  promptTokens: number,
  promptEvalCount: number,
  cachedCount: number,
  prefillMs: number,
  hasCall: boolean,
  hasKvCache: boolean,
  firstCountsWhole: boolean,
  coldRate: number,
): number {
  const whole = wholeSize(promptTokens, promptEvalCount);
  if (cachedCount > 0 && whole > 0) return byShare(cachedCount / whole);
  if (firstCountsWhole && countsFew(promptTokens, promptEvalCount)) {
    return verdicts + byShare(1 - promptEvalCount / promptTokens);
  }
  const rate = prefillRate(promptTokens, promptEvalCount, prefillMs);
  if (rate >= 0 && coldRate > 0) {
    const verdict = byRate(rate / coldRate);
    const showsMiss = promptTokens > 0 || (!hasKvCache && hasCall);
    if (verdict !== miss || showsMiss) return 2 * verdicts + verdict;
  }
  return unknown;
}

/** Tokens of the whole prompt, the estimate or the count, whichever is more. */
export function wholeSize(promptTokens: number, promptEvalCount: number): number {
  return promptEvalCount > promptTokens || !(promptTokens > 0) ? promptEvalCount : promptTokens;
}

/** Size of the prompt: the estimate, else what the server counted; not above zero where nobody knows. */
export function promptSizeOf(promptTokens: number, promptEvalCount: number): number {
  return promptTokens > 0 ? promptTokens : promptEvalCount;
}

/** Prefill in milliseconds per token of the prompt; −1 without two positive numbers. */
export function prefillRate(
  promptTokens: number,
  promptEvalCount: number,
  prefillMs: number,
): number {
  const tokens = promptSizeOf(promptTokens, promptEvalCount);
  return prefillMs > 0 && tokens > 0 ? prefillMs / tokens : -1;
}

/** Tokens that the model had to read: the count without the cached ones, if these are in it. */
export function evaluatedOf(promptEvalCount: number, cachedCount: number): number {
  // A count smaller than the cached part cannot contain it.
  return cachedCount <= promptEvalCount ? promptEvalCount - cachedCount : promptEvalCount;
}

/** Whether so few tokens were counted that they may be new ones only. */
export function countsFew(promptTokens: number, promptEvalCount: number): boolean {
  return (
    promptEvalCount > 0 && promptTokens > 0 && promptEvalCount <= newTokensShare * promptTokens
  );
}

/** Whether so many tokens were evaluated that it was the whole prompt. */
export function isWhole(promptTokens: number, evaluated: number): boolean {
  return evaluated > 0 && promptTokens > 0 && evaluated >= wholePromptShare * promptTokens;
}

/** Whether so many tokens were cached that a turn was not cold. */
export function showsCache(
  promptTokens: number,
  promptEvalCount: number,
  cachedCount: number,
): boolean {
  const whole = wholeSize(promptTokens, promptEvalCount);
  return cachedCount > 0 && !(cachedCount < partialShare * whole);
}

function byShare(share: number): number {
  if (share >= hitShare) return hit;
  return share >= partialShare ? partial : miss;
}

function byRate(partOfCold: number): number {
  if (partOfCold <= hitRate) return hit;
  return partOfCold <= partialRate ? partial : miss;
}

import type { SessionReport, TurnReport } from "../report/session_report.ts";
import { seriesToJson } from "./json.ts";

/** A session as JSON writes it, without its turns: they are its last field, `turns`. */
export function sessionToJson(report: SessionReport): Record<string, unknown> {
  const { first, later, prompt, correlation, trend, cache } = report;
  return {
    id: report.id,
    inferred: report.inferred,
    start: report.startSeconds,
    requests: report.requests,
    llm: seriesToJson(report.llm),
    processing: seriesToJson(report.processing),
    voice_to_voice: seriesToJson(report.voiceToVoice),
    first: { llm: first.llmMs, processing: first.processingMs },
    later: { llm: seriesToJson(later.llm), processing: seriesToJson(later.processing) },
    speedup: report.speedup,
    prompt: {
      first: prompt.first,
      last: prompt.last,
      mean: prompt.mean,
      tokens_per_turn: prompt.tokensPerTurn,
      turn_at_limit: prompt.turnAtLimit,
    },
    correlation: {
      n: correlation.n,
      r: correlation.r,
      ms_per_1000_tokens: correlation.msPer1000Tokens,
    },
    trend: { n: trend.n, ms_per_turn: trend.msPerTurn },
    cache: {
      hit: cache.hit,
      partial: cache.partial,
      miss: cache.miss,
      unknown: cache.unknown,
      cold_prefill_ms: cache.coldPrefillMs,
      warm_prefill_ms: cache.warmPrefillMs,
      saved_ms: cache.savedMs,
    },
  };
}

/** A turn as JSON writes it. */
export function turnToJson(turn: TurnReport): Record<string, unknown> {
  return {
    turn: turn.turn,
    id: turn.id,
    start: turn.startSeconds,
    total: turn.totalMs,
    processing: turn.processingMs,
    voice_to_voice: turn.voiceToVoiceMs,
    llm: turn.llmMs,
    prompt_tokens: turn.promptTokens,
    evaluated_tokens: turn.evaluatedTokens,
    prefill_ms: turn.prefillMs,
    cache: turn.cache,
    cache_rule: turn.cacheRule,
    cache_evidence: turn.cacheEvidence,
    tail_mode: turn.tailMode,
  };
}

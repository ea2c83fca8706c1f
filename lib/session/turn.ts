import { booleanValue, finiteNumber } from "../event/metadata_value.ts";
import { Events } from "../event/names.ts";
import { llmSpan } from "../event/span_catalogue.ts";
import type { Metadata } from "../event/timing_event.ts";
import type { RequestAnalysis } from "../request/describe.ts";
import { traceStart } from "../request/request_trace.ts";
import { isComplete } from "../request/spans.ts";

/** What the model's server and the prompt's builder say of one call; null where they do not. */
export interface PromptCounters {
  /** Size of the whole prompt, an estimate: `prompt_tokens_est`. */
  readonly promptTokens: number | null;
  /** `prompt_eval_count`: the whole prompt or only its new part, depending on the server. */
  readonly promptEvalCount: number | null;
  /** `prompt_eval_cached_count`. */
  readonly cachedCount: number | null;
  /** `prompt_eval_duration_ms`. */
  readonly prefillMs: number | null;
}

/** What is known of one turn of a conversation, in seconds but for the server's own milliseconds. */
export interface Turn extends PromptCounters {
  readonly id: string;
  readonly startSeconds: number;
  readonly totalSeconds: number;
  readonly processingSeconds: number;
  readonly voiceToVoiceSeconds: number | null;
  /** Sum of the complete llm spans; null without one. */
  readonly llmSeconds: number | null;
  /** Whether the prompt went out as the tail of a cached one. */
  readonly tailMode: boolean | null;
  /** Whether the caller handed a cached context to the model. */
  readonly hasKvCache: boolean | null;
}

/** Where the writers put what a turn is made of. */
export const metadataKeys = {
  promptTokens: "prompt_tokens_est",
  tailMode: "tail_mode",
  count: "prompt_eval_count",
  cached: "prompt_eval_cached_count",
  prefill: "prompt_eval_duration_ms",
} as const;

const counterKeys = [metadataKeys.count, metadataKeys.cached, metadataKeys.prefill];

/**
 * Reads a turn off a request. Where a request calls the model more than once, the counters are those
 * of the first call that has any, all of one event, and so belong to the first prompt; only llm is a
 * sum.
 */
export function turnOf({ trace, spans, figures }: RequestAnalysis): Turn {
  const built = metadataOf(trace.events, Events.V34_PROMPT_BUILT);
  const received = metadataOf(trace.events, Events.V34_OLLAMA_RECEIVED);
  const counters = received.find((metadata) =>
    counterKeys.some((key) => amount(metadata, key) !== null),
  );
  const calls = spans.filter((span) => span.name === llmSpan).filter(isComplete);
  const llmSeconds = calls.reduce((sum, span) => sum + span.endSeconds - span.startSeconds, 0);
  return {
    id: trace.id,
    startSeconds: traceStart(trace),
    totalSeconds: figures.totalSeconds,
    processingSeconds: figures.processingSeconds,
    voiceToVoiceSeconds: figures.voiceToVoiceSeconds,
    llmSeconds: calls.length === 0 ? null : llmSeconds,
    promptTokens: firstOf(built, (metadata) => amount(metadata, metadataKeys.promptTokens)),
    promptEvalCount: counters === undefined ? null : amount(counters, metadataKeys.count),
    cachedCount: counters === undefined ? null : amount(counters, metadataKeys.cached),
    prefillMs: counters === undefined ? null : amount(counters, metadataKeys.prefill),
    tailMode: firstOf(built, (metadata) => booleanValue(metadata, metadataKeys.tailMode)),
    hasKvCache: firstOf(
      trace.events.map((event) => event.metadata),
      (metadata) => booleanValue(metadata, "has_kv_cache"),
    ),
  };
}

function metadataOf(events: RequestAnalysis["trace"]["events"], name: string): Metadata[] {
  return events.filter((event) => event.name === name).map((event) => event.metadata);
}

/** A number that counts something: a negative one is no count. */
function amount(metadata: Metadata, key: string): number | null {
  const value = finiteNumber(metadata, key);
  return value !== null && value >= 0 ? value : null;
}

function firstOf<Value>(
  all: readonly Metadata[],
  read: (metadata: Metadata) => Value | null,
): Value | null {
  for (const metadata of all) {
    const value = read(metadata);
    if (value !== null) return value;
  }
  return null;
}

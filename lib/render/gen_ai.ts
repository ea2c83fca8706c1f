import type { RequestReport, SpanReport } from "../report/request_report.ts";

/** What the semantic conventions for generative AI have to say of a span. */
export interface ModelCall {
  /** `chat MODEL`, as they want a span to be called. */
  readonly name: string;
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** Our name for a call of the model. */
const modelSpan = "llm";
const operation = "chat";

/**
 * Describes a call of the model in the words of the GenAI semantic conventions (their status:
 * development), as far as the metadata of its two events tells; null for any other span. What was said
 * is no part of it.
 */
export function describeModelCall(span: SpanReport, request: RequestReport): ModelCall | null {
  if (span.name !== modelSpan) return null;
  const sides = [span.startEvent, span.endEvent].map(
    (index) => request.events[index ?? -1]?.metadata ?? {},
  );
  const model = first(sides, "model", (value) => typeof value === "string" && value !== "");
  const count = (key: string) =>
    first(sides.toReversed(), key, (value) => Number.isSafeInteger(value) && Number(value) >= 0);
  return {
    name: model === undefined ? operation : `${operation} ${model}`,
    attributes: {
      "gen_ai.operation.name": operation,
      "gen_ai.provider.name": "ollama",
      "gen_ai.request.model": model,
      "gen_ai.usage.input_tokens": count("prompt_eval_count"),
      "gen_ai.usage.output_tokens": count("eval_count"),
      "gen_ai.usage.cache_read.input_tokens": count("prompt_eval_cached_count"),
      "gen_ai.conversation.id": request.session ?? undefined,
    },
  };
}

function first(
  all: readonly Readonly<Record<string, unknown>>[],
  key: string,
  fits: (value: unknown) => boolean,
): unknown {
  return all.find((metadata) => Object.hasOwn(metadata, key) && fits(metadata[key]))?.[key];
}

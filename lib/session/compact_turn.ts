import { decodeAnswer } from "../event/metadata_value.ts";
import { Events } from "../event/names.ts";
import { endpointing } from "../event/span_catalogue.ts";
import {
  type CaptureKeys,
  type CaptureScheme,
  summaryCaptures,
} from "../request/capture_scheme.ts";
import type { CompactRequest } from "../request/compact_request.ts";
import { llmKeys, pauseKeys, promptKeys } from "../request/hint_facts.ts";
import type { RequestPlan } from "../request/request_plan.ts";

import { metadataKeys, type Turn } from "./turn.ts";

const builtCapture: CaptureKeys = { numbers: promptKeys, answers: [metadataKeys.tailMode] };
const receivedCapture: CaptureKeys = {
  numbers: [...llmKeys, metadataKeys.count, metadataKeys.cached],
};

/** Where in a capture each value lies. */
const at = {
  threshold: pauseKeys.indexOf(endpointing.thresholdKey),
  promptTokens: promptKeys.indexOf(metadataKeys.promptTokens),
  tailMode: promptKeys.length,
  prefill: llmKeys.indexOf(metadataKeys.prefill),
  count: llmKeys.length,
  cached: llmKeys.length + 1,
  kvCache: llmKeys.length + 2,
} as const;

const counters = [at.count, at.cached, at.prefill];

/** What of its events' metadata a turn depends on: behind what the summary does, and in its places. */
export const turnCaptures: CaptureScheme = {
  width: at.kvCache + 1,
  kvCacheAt: at.kvCache,
  keysOf(name) {
    if (name === Events.V34_PROMPT_BUILT) return builtCapture;
    return name === Events.V34_OLLAMA_RECEIVED ? receivedCapture : summaryCaptures.keysOf(name);
  },
};

/** A turn whose fields may be changed. */
type ChangingTurn = { -readonly [Field in keyof Turn]: Turn[Field] };

/**
 * Reads turns off compact requests: the same as `turnOf` reads off objects. One object serves for all
 * of them.
 */
export class TurnReader {
  readonly #turn: ChangingTurn = {
    id: "",
    startSeconds: 0,
    totalSeconds: 0,
    processingSeconds: 0,
    voiceToVoiceSeconds: null,
    llmSeconds: null,
    promptTokens: null,
    promptEvalCount: null,
    cachedCount: null,
    prefillMs: null,
    tailMode: null,
    hasKvCache: null,
  };

  /** The turn that a request is; valid until the next one is read. */
  read(request: CompactRequest, plan: RequestPlan): Turn {
    const { timestamps, count } = request.events;
    const turn = this.#turn;
    const start = timestamps[0] ?? Number.NaN;
    turn.id = request.id;
    turn.startSeconds = start;
    turn.totalSeconds = (timestamps[count - 1] ?? Number.NaN) - start;
    turn.processingSeconds = turn.totalSeconds - playbackLength(plan, timestamps);
    const opening = findOpening(plan, request) ?? start;
    const audio = plan.outcome === "partial" ? null : findFirstAudio(plan, timestamps, opening);
    turn.voiceToVoiceSeconds = audio === null ? null : audio - opening;
    turn.llmSeconds = sumOfCalls(plan, timestamps);
    turn.promptTokens = firstAmount(plan.built, request, at.promptTokens);
    turn.tailMode = firstAnswer(plan.built, request, at.tailMode);
    turn.hasKvCache = firstKvCache(request);
    const first = findCounters(plan.received, request);
    turn.promptEvalCount = first < 0 ? null : amountAt(request, first + at.count);
    turn.cachedCount = first < 0 ? null : amountAt(request, first + at.cached);
    turn.prefillMs = first < 0 ? null : amountAt(request, first + at.prefill);
    return turn;
  }
}

/** Start of the last endpointing span that is not after the first finalized transcript. */
function findOpening(
  { pauses, finalized }: RequestPlan,
  { events: { timestamps, captures }, captured }: CompactRequest,
): number | null {
  const limit = finalized < 0 ? Number.POSITIVE_INFINITY : (timestamps[finalized] ?? 0);
  let opening: number | null = null;
  let latest = Number.NEGATIVE_INFINITY;
  for (const place of pauses) {
    const threshold = captured[(captures[place] ?? 0) + at.threshold] ?? Number.NaN;
    const end = timestamps[place] ?? 0;
    if (!(threshold >= 0) || end > limit || end < latest) continue;
    // Of spans that end together the one that starts last comes last.
    if (end === latest && opening !== null && end - threshold < opening) continue;
    latest = end;
    opening = end - threshold;
  }
  return opening;
}

/** Sum of the complete llm spans, in the order of their starts; null without one. */
function sumOfCalls({ llms }: RequestPlan, timestamps: Float64Array): number | null {
  if (llms.length === 0) return null;
  const startOf = ({ from }: { readonly from: number }) => timestamps[from] ?? 0;
  const calls = llms.length === 1 ? llms : llms.toSorted((a, b) => startOf(a) - startOf(b));
  let sum = 0;
  for (const call of calls) sum = sum + (timestamps[call.to] ?? 0) - startOf(call);
  return sum;
}

/** A number that counts something: a negative one is no count. */
function amountAt({ captured }: CompactRequest, place: number): number | null {
  const value = captured[place] ?? Number.NaN;
  return value >= 0 ? value : null;
}

function firstAmount(places: readonly number[], request: CompactRequest, offset: number) {
  for (const place of places) {
    const amount = amountAt(request, (request.events.captures[place] ?? 0) + offset);
    if (amount !== null) return amount;
  }
  return null;
}

function firstAnswer(places: readonly number[], request: CompactRequest, offset: number) {
  for (const place of places) {
    const code = request.captured[(request.events.captures[place] ?? 0) + offset] ?? 0;
    if (code !== 0) return decodeAnswer(code);
  }
  return null;
}

function firstKvCache({ events: { captures, count }, captured }: CompactRequest): boolean | null {
  for (let place = 0; place < count; place++) {
    const capture = captures[place] ?? -1;
    const code = capture < 0 ? 0 : (captured[capture + at.kvCache] ?? 0);
    if (code !== 0) return decodeAnswer(code);
  }
  return null;
}

/** Where the counters of the first call that has any begin; -1 without one. */
function findCounters(places: readonly number[], request: CompactRequest): number {
  for (const place of places) {
    const capture = request.events.captures[place] ?? 0;
    for (const offset of counters) {
      if (amountAt(request, capture + offset) !== null) return capture;
    }
  }
  return -1;
}

/** The first playback start at or after the opening; null without one. */
function findFirstAudio(
  { audioStarts }: RequestPlan,
  timestamps: Float64Array,
  opening: number,
): number | null {
  for (const place of audioStarts) {
    const at = timestamps[place] ?? 0;
    if (at >= opening) return at;
  }
  return null;
}

/** Length of the union of playback spans, which come in the order of their starts. */
function playbackLength({ playbacks }: RequestPlan, timestamps: Float64Array): number {
  let total = 0;
  let reached = Number.NEGATIVE_INFINITY;
  for (const { from, to } of playbacks) {
    const end = timestamps[to] ?? 0;
    const start = Math.max(timestamps[from] ?? 0, reached);
    total += Math.max(0, end - start);
    reached = Math.max(reached, end);
  }
  return total;
}

import { decodeAnswer } from "../event/metadata_value.ts";
import { Events } from "../event/names.ts";
import type { PairNames } from "../event/pair_names.ts";
import { endpointing } from "../event/span_catalogue.ts";
import type { CaptureKeys, CaptureScheme } from "../request/capture_scheme.ts";
import { findFirstAudio, playbackLength } from "../request/compact_summary.ts";
import { PlanCache } from "../request/plan_cache.ts";
import { planRequest, type RequestPlan } from "../request/request_plan.ts";
import type { CompactRequest } from "../request/request_table.ts";
import { metadataKeys, type Turn } from "./turn.ts";

const pauseKeys: CaptureKeys = { numbers: [endpointing.thresholdKey] };
const builtKeys: CaptureKeys = {
  numbers: [metadataKeys.promptTokens],
  answers: [metadataKeys.tailMode],
};
const receivedKeys: CaptureKeys = {
  numbers: [metadataKeys.count, metadataKeys.cached, metadataKeys.prefill],
};

/** Where in a capture each value lies, behind what has_kv_cache says. */
const at = { threshold: 1, promptTokens: 1, tailMode: 2, count: 1, cached: 2, prefill: 3 } as const;

/** What of its events' metadata a turn depends on. */
export const turnCaptures: CaptureScheme = {
  width: 4,
  withKvCache: true,
  keysOf(name) {
    if (name === endpointing.end) return pauseKeys;
    if (name === Events.V34_PROMPT_BUILT) return builtKeys;
    return name === Events.V34_OLLAMA_RECEIVED ? receivedKeys : null;
  },
};

/** What is the same of all turns whose events have the same names in the same order. */
interface TurnPlan extends RequestPlan {
  /** Places of the events that tell of the prompt, and of those that bring the model's counters. */
  readonly built: readonly number[];
  readonly received: readonly number[];
}

/** A turn whose fields may be changed. */
type ChangingTurn = { -readonly [Field in keyof Turn]: Turn[Field] };

/**
 * Reads turns off compact requests: the same as `turnOf` reads off objects. One object serves for all
 * of them.
 */
export class TurnReader {
  readonly #plans: PlanCache<TurnPlan>;
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

  constructor(names: PairNames) {
    this.#plans = new PlanCache(names, (shape, pairs) => {
      const places = (name: string) =>
        pairs.flatMap((pair, place) => (pair.name === name ? [place] : []));
      return {
        ...planRequest(shape, pairs),
        built: places(Events.V34_PROMPT_BUILT),
        received: places(Events.V34_OLLAMA_RECEIVED),
      };
    });
  }

  /** The turn that a request is; valid until the next one is read. */
  read(request: CompactRequest): Turn {
    const { timestamps, count } = request.events;
    const plan = this.#plans.planOf(request.events);
    const turn = this.#turn;
    const first = timestamps[0] ?? Number.NaN;
    turn.id = request.id;
    turn.startSeconds = first;
    turn.totalSeconds = (timestamps[count - 1] ?? Number.NaN) - first;
    turn.processingSeconds = turn.totalSeconds - playbackLength(plan, timestamps);
    const opening = findOpening(plan, request) ?? first;
    const audio = plan.outcome === "partial" ? null : findFirstAudio(plan, timestamps, opening);
    turn.voiceToVoiceSeconds = audio === null ? null : audio - opening;
    turn.llmSeconds = sumOfCalls(plan, timestamps);
    turn.promptTokens = firstAmount(plan.built, request, at.promptTokens);
    turn.tailMode = firstAnswer(plan.built, request, at.tailMode);
    turn.hasKvCache = firstKvCache(request);
    const counters = findCounters(plan.received, request);
    turn.promptEvalCount = counters < 0 ? null : amountAt(request, counters + at.count);
    turn.cachedCount = counters < 0 ? null : amountAt(request, counters + at.cached);
    turn.prefillMs = counters < 0 ? null : amountAt(request, counters + at.prefill);
    return turn;
  }
}

/** Start of the last endpointing span that is not after the first finalized transcript. */
function findOpening(
  { pauses, finalized }: TurnPlan,
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
function sumOfCalls({ llms }: TurnPlan, timestamps: Float64Array): number | null {
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
    const code = capture < 0 ? 0 : (captured[capture] ?? 0);
    if (code !== 0) return decodeAnswer(code);
  }
  return null;
}

/** Where the counters of the first call that has any begin; -1 without one. */
function findCounters(places: readonly number[], request: CompactRequest): number {
  for (const place of places) {
    const capture = request.events.captures[place] ?? 0;
    for (let offset = at.count; offset <= at.prefill; offset++) {
      if (amountAt(request, capture + offset) !== null) return capture;
    }
  }
  return -1;
}

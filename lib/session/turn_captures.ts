import { Events } from "../event/names.ts";
import {
  type CaptureKeys,
  type CaptureScheme,
  summaryCaptures,
} from "../request/capture_scheme.ts";
import { llmKeys, promptKeys } from "../request/hint_facts.ts";
import { metadataKeys } from "./turn.ts";

const builtCapture: CaptureKeys = { numbers: promptKeys, answers: [metadataKeys.tailMode] };
const receivedCapture: CaptureKeys = {
  numbers: [...llmKeys, metadataKeys.count, metadataKeys.cached],
};

/** Where in a capture each value lies that a turn is made of. */
export const turnPlaces = {
  promptTokens: promptKeys.indexOf(metadataKeys.promptTokens),
  tailMode: promptKeys.length,
  prefill: llmKeys.indexOf(metadataKeys.prefill),
  count: llmKeys.length,
  cached: llmKeys.length + 1,
  kvCache: llmKeys.length + 2,
} as const;

/** What of its events' metadata a turn depends on: behind what the summary does, and in its places. */
export const turnCaptures: CaptureScheme = {
  width: turnPlaces.kvCache + 1,
  kvCacheAt: turnPlaces.kvCache,
  keysOf(name) {
    if (name === Events.V34_PROMPT_BUILT) return builtCapture;
    return name === Events.V34_OLLAMA_RECEIVED ? receivedCapture : summaryCaptures.keysOf(name);
  },
};

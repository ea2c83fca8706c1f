import { Events } from "../event/names.ts";
import { endpointing, genericMark, llmSpan } from "../event/span_catalogue.ts";
import { llmKeys, pauseKeys, promptKeys } from "./hint_facts.ts";
import { workloadMeasures } from "./workload.ts";

/** Keys of an event's metadata whose values are wanted. */
export interface CaptureKeys {
  readonly numbers: readonly string[];
  /** Keys of values that are true or false. */
  readonly answers?: readonly string[];
}

/** What of its metadata each event brings along, by the event's name. */
export interface CaptureScheme {
  /** Numbers that a capture has room for. */
  readonly width: number;
  /** Where in each capture stands what has_kv_cache says, which any event may carry; null for nowhere. */
  readonly kvCacheAt: number | null;
  /** Null for an event of which nothing is wanted; the same object for the same keys. */
  keysOf(eventName: string): CaptureKeys | null;
}

const pauseCapture: CaptureKeys = { numbers: pauseKeys };
const promptCapture: CaptureKeys = { numbers: promptKeys };
const llmCapture: CaptureKeys = { numbers: llmKeys };

/** What figures and hints depend on: the length of a pause, the size of a prompt, the model's times. */
export const summaryCaptures: CaptureScheme = {
  width: Math.max(pauseKeys.length, promptKeys.length, llmKeys.length),
  kvCacheAt: null,
  keysOf(name) {
    if (name === endpointing.end) return pauseCapture;
    if (name === Events.V34_PROMPT_BUILT) return promptCapture;
    const mark = genericMark(name);
    const endsLlm =
      name === Events.V34_OLLAMA_RECEIVED || (mark?.role === "end" && mark.stem === llmSpan);
    return endsLlm ? llmCapture : null;
  },
};

/** Of a workload's events what the summary wants, and behind it what tells of the workload. */
const workloadKeys: ReadonlyMap<string, CaptureKeys> = new Map(
  workloadMeasures.map(({ event }): [string, CaptureKeys] => {
    const told = workloadMeasures.filter((one) => one.event === event).map(({ key }) => key);
    const numbers = summaryCaptures.keysOf(event)?.numbers ?? [];
    return [event, { numbers: [...new Set([...numbers, ...told])] }];
  }),
);

/** What figures and the workload of requests depend on. */
export const workloadCaptures: CaptureScheme = {
  width: Math.max(
    summaryCaptures.width,
    ...[...workloadKeys.values()].map(({ numbers }) => numbers.length),
  ),
  kvCacheAt: null,
  keysOf: (name) => workloadKeys.get(name) ?? summaryCaptures.keysOf(name),
};

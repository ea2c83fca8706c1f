import { Events } from "../event/names.ts";
import { endpointing, genericMark, llmChildren, llmSpan } from "../event/span_catalogue.ts";

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
  /** Whether each capture begins with what has_kv_cache says, which any event may carry. */
  readonly withKvCache: boolean;
  /** Null for an event of which nothing is wanted; the same object for the same keys. */
  keysOf(eventName: string): CaptureKeys | null;
}

const pauseKeys: CaptureKeys = { numbers: [endpointing.thresholdKey] };
const llmKeys: CaptureKeys = { numbers: llmChildren.map((child) => child.durationKey) };

/** What the summary's figures depend on: the threshold of a pause, the model's times. */
export const summaryCaptures: CaptureScheme = {
  width: llmChildren.length,
  withKvCache: false,
  keysOf(name) {
    if (name === endpointing.end) return pauseKeys;
    const mark = genericMark(name);
    const endsLlm =
      name === Events.V34_OLLAMA_RECEIVED || (mark?.role === "end" && mark.stem === llmSpan);
    return endsLlm ? llmKeys : null;
  },
};

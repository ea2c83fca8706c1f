import { finiteNumber } from "../event/metadata_value.ts";
import { Events } from "../event/names.ts";
import type { WorkloadMeasure } from "../report/sample_report.ts";
import type { RequestTrace } from "./request_trace.ts";

/** What makes a request long without anybody being slow. */
export const workloadMeasures: readonly WorkloadMeasure[] = [
  { name: "prompt tokens", event: Events.V34_PROMPT_BUILT, key: "prompt_tokens_est" },
  { name: "answer tokens", event: Events.V34_OLLAMA_RECEIVED, key: "eval_count" },
  { name: "answer characters", event: Events.V34_OLLAMA_RECEIVED, key: "response_length" },
  { name: "retrieved chunks", event: Events.V34_RETRIEVAL_COMPLETE, key: "num_chunks" },
];

/** A measure of a request: its value, NaN if no event tells it, and when it was told. */
export interface MeasuredWorkload {
  readonly value: number;
  /** Unix seconds; NaN if no event tells it. */
  readonly toldSeconds: number;
}

/** The workload of a request, one entry a measure, each by the first event that tells it. */
export function measureWorkload({ events }: RequestTrace): MeasuredWorkload[] {
  return readWorkload(
    events.length,
    (place) => events[place]?.timestampSeconds ?? Number.NaN,
    (place, measure) => {
      const { event, key } = workloadMeasures[measure] ?? {};
      const { name, metadata = {} } = events[place] ?? {};
      const isTold = name === event && key !== undefined;
      return isTold ? (finiteNumber(metadata, key) ?? Number.NaN) : Number.NaN;
    },
  );
}

/**
 * The same, given the instant of each of so many events, and what it tells of a measure, by the measure's
 * place in the list; NaN for nothing.
 */
export function readWorkload(
  events: number,
  at: (place: number) => number,
  told: (place: number, measure: number) => number,
): MeasuredWorkload[] {
  return workloadMeasures.map((_, measure) => {
    for (let place = 0; place < events; place++) {
      const value = told(place, measure);
      if (value >= 0) return { value, toldSeconds: at(place) };
    }
    return { value: Number.NaN, toldSeconds: Number.NaN };
  });
}

/**
 * The workload as a stage met it that ended at `endSeconds`: what was told only later cannot have made it
 * long, and is infinite.
 */
export function workloadAt(workload: readonly MeasuredWorkload[], endSeconds: number): number[] {
  return workload.map(({ value, toldSeconds }) =>
    toldSeconds > endSeconds ? Number.POSITIVE_INFINITY : value,
  );
}

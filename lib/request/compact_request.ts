import type { PairNames } from "../event/pair_names.ts";
import type { CompactRequest } from "./request_table.ts";

/** Whether a request has an event of a service. */
export function hasServiceEvent(
  { events: { pairs, count } }: CompactRequest,
  service: string,
  names: PairNames,
): boolean {
  for (let index = 0; index < count; index++) {
    if (names.at(pairs[index] ?? 0).service === service) return true;
  }
  return false;
}

/** A copy of a request that stays when the table goes on; each capture has `captureWidth` values. */
export function copyRequest(request: CompactRequest, captureWidth: number): CompactRequest {
  const { id, session, events, captured } = request;
  const { count } = events;
  const captures = events.captures.slice(0, count);
  const kept: number[] = [];
  for (const [index, capture] of captures.entries()) {
    if (capture < 0) continue;
    captures[index] = kept.length;
    kept.push(...captured.subarray(capture, capture + captureWidth));
  }
  return {
    id,
    session,
    events: {
      count,
      timestamps: events.timestamps.slice(0, count),
      pairs: events.pairs.slice(0, count),
      captures,
    },
    captured: Float64Array.from(kept),
  };
}

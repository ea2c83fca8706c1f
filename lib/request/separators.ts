import type { TimingEvent } from "../event/timing_event.ts";
import type { SeparatorReport } from "../report/outlier_report.ts";
import { compareRanks } from "../stats/compare_ranks.ts";
import { fisherExact } from "../stats/fisher.ts";
import { correctByHolm } from "../stats/holm.ts";
import { percentileOf } from "../stats/series.ts";
import type { MetadataKey, MetadataSample, PlainValue, SampledRequest } from "./metadata_sample.ts";

/** Below so many requests nothing can be told apart. */
export const minRequests = 20;
/** The slow ones are at least so many, and at least this part of all, but never more than half. */
const fewestSlow = 5;
const slowShare = 0.1;
/** A key with more values than this names things rather than kinds of things. */
const maxValues = 8;
/** Fewer numbers than this on one side have no ranks to speak of. */
const minNumbers = 3;
const maxChance = 0.05;

/** A value that slow requests have more often, or a number that is larger, or smaller, in them. */
export interface Separator {
  readonly key: MetadataKey;
  readonly number: number;
  readonly measure: "share" | "median";
  /** The value itself; of numbers null. */
  readonly value: PlainValue | null;
  readonly slow: number;
  readonly rest: number;
  readonly slowRequests: number;
  readonly restRequests: number;
  readonly p: number;
}

/**
 * Finds which values of the metadata separate the slow requests from the rest; null below 20 requests.
 * Slow are the `wanted` slowest, though at least 5, at least a tenth of all, and at most half. Values are
 * compared by Fisher's exact test, numbers by their ranks, and all are corrected for their number after
 * Holm: the chance to find anything where there is nothing is 5 %.
 */
export function findSeparators(sample: MetadataSample, wanted: number): Separator[] | null {
  const { requests } = sample;
  if (requests.length < minRequests) return null;
  const order = [...requests].sort((a, b) => b.processingSeconds - a.processingSeconds);
  const least = Math.max(fewestSlow, Math.ceil(slowShare * order.length), wanted);
  const count = Math.min(least, Math.floor(order.length / 2));
  const groups = { slow: order.slice(0, count), rest: order.slice(count) };
  const found = sample.keys.flatMap((key, number) => compareKey(key, number, groups));
  const chances = correctByHolm(found.map(({ p }) => p));
  return found
    .map((separator, index) => ({ ...separator, p: chances[index] ?? 1 }))
    .filter(({ p }) => p < maxChance)
    .sort((a, b) => a.p - b.p);
}

/** What of that applies to one request: it has the value, or its number lies on the side of the slow. */
export function separatorsOf(
  events: readonly TimingEvent[],
  sample: MetadataSample,
  separators: readonly Separator[],
): SeparatorReport[] {
  const values = sample.valuesOf(events);
  return separators.flatMap((separator) => {
    const { key, number, measure, slow, rest, slowRequests, restRequests, p } = separator;
    const value = values.get(number);
    if (value === undefined) return [];
    const applies =
      typeof value === "number" && measure === "median"
        ? Math.sign(value - rest) === Math.sign(slow - rest)
        : value === separator.value;
    if (!applies) return [];
    return [{ ...key, value, measure, slow, rest, slowRequests, restRequests, p }];
  });
}

interface Groups {
  readonly slow: readonly SampledRequest[];
  readonly rest: readonly SampledRequest[];
}

function compareKey(key: MetadataKey, number: number, { slow, rest }: Groups): Separator[] {
  const [ofSlow, ofRest] = [slow, rest].map((requests) =>
    requests.flatMap(({ values }) => values.get(number) ?? []),
  ) as [PlainValue[], PlainValue[]];
  const distinct = new Set([...ofSlow, ...ofRest]);
  const sizes = { slowRequests: slow.length, restRequests: rest.length };
  const isNumber = [...distinct].every((value) => typeof value === "number");
  if (isNumber && distinct.size > 2) {
    if (Math.min(ofSlow.length, ofRest.length) < minNumbers) return [];
    const [low, high] = [sorted(ofSlow), sorted(ofRest)];
    const { pValue: p } = compareRanks(high, low);
    const [slowMedian, restMedian] = [medianOf(low), medianOf(high)];
    if (slowMedian === restMedian) return [];
    const medians = { slow: slowMedian, rest: restMedian };
    return [{ key, number, measure: "median", value: null, ...medians, ...sizes, p }];
  }
  if (distinct.size > maxValues) return [];
  return [...distinct].flatMap((value): Separator[] => {
    const counts = [ofSlow, ofRest].map((all) => all.filter((one) => one === value).length);
    const [inSlow = 0, inRest = 0] = counts;
    const shares = { slow: inSlow / slow.length, rest: inRest / rest.length };
    // Of what the slow ones have less often, the opposite is what they have.
    if (shares.slow <= shares.rest) return [];
    const first = { having: inSlow, of: slow.length };
    const p = fisherExact({ first, second: { having: inRest, of: rest.length } });
    return [{ key, number, measure: "share", value, ...shares, ...sizes, p }];
  });
}

function sorted(values: readonly PlainValue[]): Float64Array {
  return Float64Array.from(values as number[]).sort();
}

function medianOf(ordered: Float64Array): number {
  return percentileOf(ordered.length, 0.5, (rank) => ordered[rank] ?? Number.NaN);
}

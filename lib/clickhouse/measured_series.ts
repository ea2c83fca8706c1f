import type { SlotParts } from "../stats/series_table.ts";
import { isToldExactly } from "./measure_sql.ts";
import type { MeasuredSeries } from "./request_measures.ts";

const perSecond = 1e6;

/** A measured series in seconds, to be merged into one of ours; null stands for no sample at all. */
export function slotParts(measured: MeasuredSeries | null): SlotParts {
  if (measured === null) return slotParts(empty);
  const { series, n, sum, least, most, wait, requests } = measured;
  const isExact = isToldExactly(series);
  return {
    series: {
      n,
      sum: [sum / perSecond],
      min: least / perSecond,
      max: most / perSecond,
      samples: isExact ? samplesOf(measured) : null,
      sketch: isExact ? null : sketchOf(measured),
    },
    wait: [wait / perSecond],
    requests,
    taken: n,
  };
}

const empty: MeasuredSeries = {
  ...{ series: 0, n: 0, sum: 0, wait: 0, requests: 0, keys: [], counts: [] },
  ...{ least: Number.POSITIVE_INFINITY, most: Number.NEGATIVE_INFINITY },
};

function samplesOf({ n, keys, counts }: MeasuredSeries): Float64Array<ArrayBuffer> {
  const samples = new Float64Array(n);
  let filled = 0;
  for (const [index, key] of keys.entries()) {
    const end = filled + (counts[index] ?? 0);
    samples.fill(key / perSecond, filled, end);
    filled = end;
  }
  return samples;
}

/** Bucket 0 is what has no length. */
function sketchOf({ n, keys, counts }: MeasuredSeries): SlotParts["series"]["sketch"] {
  const filled = keys.filter((key) => key > 0);
  const lowest = Math.min(...filled);
  const buckets = new Uint32Array(filled.length === 0 ? 0 : Math.max(...filled) - lowest + 1);
  for (const [index, key] of keys.entries())
    if (key > 0) buckets[key - lowest] = counts[index] ?? 0;
  const zeros = counts[keys.indexOf(0)] ?? 0;
  return { count: n, zeros, lowest: filled.length === 0 ? 0 : lowest, buckets };
}

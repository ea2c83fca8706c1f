/**
 * Samples on their way to the host's statistics: each series gathers some before it calls, as a call
 * costs more than a sample.
 */
import { reserve } from "../../event/scanner/assembly/memory.ts";

/** Samples gathered so far, behind which they stand: seconds, and how many of them were waited for. */
@unmanaged export class Series {
  /** Where the host counts them. */
  number: i32;
  count: i32;
  /** It calls when there are so many. */
  limit: i32;
  next: Series;
}

/** Tells the host of samples: their place among all float64 of the memory, two for each. */
@external("host", "takeSamples") declare function takeSamples(series: i32, at: i32, count: i32): void;

let newest: Series = changetype<Series>(0);

/** Forgets all series. */
export function forgetSeries(): void {
  newest = changetype<Series>(0);
}

/** A series that calls the host for every `limit` samples. */
export function newSeries(number: i32, limit: i32): Series {
  const series = changetype<Series>(reserve(offsetof<Series>() + (<usize>limit << 4)));
  series.number = number;
  series.count = 0;
  series.limit = limit;
  series.next = newest;
  newest = series;
  return series;
}

/** Adds a sample. */
@inline export function addSample(series: Series, seconds: f64, wait: f64): void {
  const at = samplesOf(series) + (<usize>series.count << 4);
  store<f64>(at, seconds);
  store<f64>(at, wait, 8);
  series.count++;
  if (series.count >= series.limit) tell(series);
}

/** Tells the host of all samples that are still here. */
export function flushSeries(): void {
  for (let series = newest; changetype<usize>(series) != 0; series = series.next) {
    if (series.count > 0) tell(series);
  }
}

function tell(series: Series): void {
  takeSamples(series.number, <i32>(samplesOf(series) >> 3), series.count);
  series.count = 0;
}

@inline function samplesOf(series: Series): usize {
  return changetype<usize>(series) + offsetof<Series>();
}

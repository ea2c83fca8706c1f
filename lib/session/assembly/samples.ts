/** A few samples of a series, and what they say together: as `SeriesBuilder` has it, where sums are exact. */
import { reserve } from "../../event/scanner/assembly/memory.ts";
import { setValue } from "./rows.ts";

/** Below so many samples a percentile this far out says nothing. */
const samplesForP95: i32 = 20;
const samplesForP99: i32 = 100;

/** Samples of one series. */
@unmanaged export class Samples {
  sum: f64;
  /** What rounding has left out of the sum: nothing, or it is not the exact one. */
  rest: f64;
  count: i32;
  /** Where they stand (f64). */
  values: usize;
}

/** Makes room for so many samples. */
export function newSamples(most: i32): Samples {
  const samples = changetype<Samples>(reserve(offsetof<Samples>()));
  samples.values = reserve(<usize>most << 3);
  return samples;
}

/** Takes all samples away. */
export function forgetSamples(samples: Samples): void {
  samples.sum = samples.rest = 0;
  samples.count = 0;
}

/** Adds a sample, for which there must be room: it goes where those before it are in order. */
export function addSample(samples: Samples, value: f64): void {
  const before = samples.sum;
  const sum = before + value;
  const added = sum - before;
  samples.sum = sum;
  samples.rest += abs(before - (sum - added) + (value - added));
  const values = samples.values;
  let to = samples.count++;
  while (to > 0 && sampleAt(values, to - 1) > value) {
    store<f64>(values + (<usize>to << 3), sampleAt(values, to - 1));
    to--;
  }
  store<f64>(values + (<usize>to << 3), value);
}

@inline function sampleAt(values: usize, index: i32): f64 {
  return load<f64>(values + (<usize>index << 3));
}

/** The mean of samples; NaN for none. */
export function meanOf(samples: Samples): f64 {
  return samples.count == 0 ? NaN : samples.sum / <f64>samples.count;
}

/** Sets what samples of seconds say, in milliseconds, as eight values from a place on: see `seriesPlaces`. */
export function setSeries(place: i32, samples: Samples): void {
  const count = samples.count;
  const last = count - 1;
  setValue(place, <f64>count);
  setValue(place + 1, meanOf(samples) * 1000);
  setValue(place + 2, count == 0 ? NaN : sampleAt(samples.values, 0) * 1000);
  setValue(place + 3, percentileOf(samples, 0.5) * 1000);
  setValue(place + 4, percentileOf(samples, 0.9) * 1000);
  setValue(place + 5, count < samplesForP95 ? NaN : percentileOf(samples, 0.95) * 1000);
  setValue(place + 6, count < samplesForP99 ? NaN : percentileOf(samples, 0.99) * 1000);
  setValue(place + 7, count == 0 ? NaN : sampleAt(samples.values, last) * 1000);
}

/** A percentile, by linear interpolation between neighbours; NaN of no samples. */
export function percentileOf(samples: Samples, fraction: f64): f64 {
  if (samples.count == 0) return NaN;
  const position = <f64>(samples.count - 1) * fraction;
  const below = Math.floor(position);
  const low = sampleAt(samples.values, <i32>below);
  if (position == below) return low;
  const high = sampleAt(samples.values, <i32>below + 1);
  return low + (high - low) * (position - below);
}

/**
 * Series of durations, as `SeriesBuilder` gathers them: number, exact sum, range, and all samples as they
 * are or, from some thousands on, counts by size. The host reads them out when all is measured.
 */
import { giveBlock, reserve, takeBlock } from "../../event/scanner/assembly/memory.ts";
import { countInSketch, newSketch, Sketch } from "./sketch.ts";

const sampleBytes: i32 = 8;
/** Room for samples at first, and how it grows. */
const leastRoom: i32 = 32;
const growth: i32 = 8;

/** One series. The host reads it too: it knows this layout by the name of `seriesField`. */
@unmanaged export class Series {
  /** Exact but for what the host was told of it: see `keepRest`. */
  sum: f64;
  /** How much of it lies before the first audio, in the same way. */
  waitSum: f64;
  least: f64;
  greatest: f64;
  /** Where samples really go: here, or to the series of all names that have none of their own. */
  target: Series;
  /** Samples that came by here, and samples that are here. */
  taken: i32;
  count: i32;
  /** Requests that it was met in. */
  requests: i32;
  lastRequest: i32;
  /** Samples as they are (f64), and how many there is room for. */
  samples: usize;
  room: i32;
  /** Where they are counted by size; none as long as all are kept. */
  sketch: Sketch;
  /** By which the host knows it. */
  number: i32;
}

/** Tells the host what a rounding has left out of the sum of a series, or of what was waited of it. */
@external("host", "keepRest") declare function keepRest(series: i32, ofWait: bool, rest: f64): void;

/** Up to so many samples percentiles are exact. */
let mostSamples: i32 = 0;

/** Sets up to how many samples a series keeps them as they are. */
export function keepSamples(most: i32): void {
  mostSamples = most;
}

/**
 * A series without samples; `isExact` says whether it keeps any. With a target all samples go there, and
 * are only counted here.
 */
export function newSeries(number: i32, isExact: bool, target: Series): Series {
  const series = changetype<Series>(reserve(offsetof<Series>()));
  memory.fill(changetype<usize>(series), 0, offsetof<Series>());
  series.number = number;
  series.least = Infinity;
  series.greatest = -Infinity;
  series.lastRequest = -1;
  series.target = changetype<usize>(target) == 0 ? series : target;
  if (!isExact) series.sketch = newSketch();
  return series;
}

/** Adds a sample: how long, and how much of that lies before the first audio. */
export function addSample(to: Series, seconds: f64, wait: f64): void {
  to.taken++;
  const series = to.target;
  if (changetype<usize>(series.sketch) != 0) countInSketch(series.sketch, seconds);
  else keepSample(series, seconds);
  series.count++;
  const sum = series.sum + seconds;
  const rest = restOf(series.sum, seconds, sum);
  if (rest != 0) keepRest(series.number, false, rest);
  series.sum = sum;
  if (wait != 0) addWait(series, wait);
  // Seldom true, and so cheaper than what min and max take care of.
  if (seconds < series.least) series.least = seconds;
  if (seconds > series.greatest) series.greatest = seconds;
}

/** Notes that a series was met in a request, by its number; once and again is once. */
@inline export function meetSeries(to: Series, request: i32): void {
  const series = to.target;
  if (series.lastRequest == request) return;
  series.lastRequest = request;
  series.requests++;
}

@inline function addWait(series: Series, wait: f64): void {
  const sum = series.waitSum + wait;
  const rest = restOf(series.waitSum, wait, sum);
  if (rest != 0) keepRest(series.number, true, rest);
  series.waitSum = sum;
}

/**
 * What rounding has left out of a sum: Knuth's two-sum. Differences of today's instants are multiples of
 * 2^-22 s and leave nothing.
 */
@inline function restOf(before: f64, value: f64, sum: f64): f64 {
  const added = sum - before;
  return before - (sum - added) + (value - added);
}

/** Keeps a sample as it is, or, once there are too many, counts all by size. */
@inline function keepSample(series: Series, seconds: f64): void {
  if (series.count == series.room && !grow(series)) {
    countInSketch(series.sketch, seconds);
    return;
  }
  store<f64>(series.samples + (<usize>series.count << 3), seconds);
}

/** Makes room for more samples; false if there are so many that they have been counted by size instead. */
function grow(series: Series): bool {
  const count = series.count;
  const samples = series.samples;
  if (count < mostSamples) {
    series.room = min(max(count * growth, leastRoom), mostSamples);
    series.samples = takeBlock(series.room * sampleBytes);
    memory.copy(series.samples, samples, <usize>(count * sampleBytes));
  } else {
    series.sketch = newSketch();
    for (let index = 0; index < count; index++) {
      countInSketch(series.sketch, load<f64>(samples + (<usize>index << 3)));
    }
    series.samples = 0;
  }
  if (samples != 0) giveBlock(samples, count * sampleBytes);
  return series.samples != 0;
}

/**
 * Series of durations, as `SeriesBuilder` gathers them: number, exact sum, range, and all samples as they
 * are or, from some thousands on, counts by size. Samples are counted by the dozen, as what a series
 * needs for that is far apart from what the others need. The host reads series out when all is measured.
 */
import { giveBlock, reserve, takeBlock } from "../../event/scanner/assembly/memory.ts";
import { countInSketch, newSketch, Sketch } from "./sketch.ts";

const sampleBytes: i32 = 8;
/** Samples that are gathered before they are counted. */
const gatheredMost: i32 = 32;
/** Room for samples at first, and how it grows. */
const leastRoom: i32 = 32;
const growth: i32 = 8;

/** One series. The host reads it too: it knows this layout by the name of `seriesField`. */
@unmanaged export class Series {
  /** Two numbers that make the sum, exact but for what the host was told of it: see `keepRest`. */
  evenSum: f64;
  oddSum: f64;
  /** How much of it lies before the first audio, in the same way. */
  waitSum: f64;
  least: f64;
  greatest: f64;
  /** Where samples really go: here, or to the series of all names that have none of their own. */
  target: Series;
  /** Samples that only came by here, and samples that have been counted here. */
  passed: i32;
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
  next: Series;
  /** Samples that are not counted yet; they stand behind all this. */
  gathered: i32;
}

const seriesBytes = (offsetof<Series>() + 7) & ~7;

let newest: Series = changetype<Series>(0);

/** Tells the host what a rounding has left out of the sum of a series, or of what was waited of it. */
@external("host", "keepRest") declare function keepRest(series: i32, ofWait: bool, rest: f64): void;

/** Up to so many samples percentiles are exact. */
let mostSamples: i32 = 0;

/** Forgets all series, and sets up to how many samples they keep them as they are. */
export function openSeries(most: i32): void {
  mostSamples = most;
  newest = changetype<Series>(0);
}

/**
 * A series without samples; `isExact` says whether it keeps any. With a target all samples go there, and
 * are only counted here.
 */
export function newSeries(number: i32, isExact: bool, target: Series): Series {
  const series = changetype<Series>(reserve(seriesBytes + <usize>(gatheredMost * sampleBytes)));
  memory.fill(changetype<usize>(series), 0, seriesBytes);
  series.next = newest;
  newest = series;
  series.number = number;
  series.least = Infinity;
  series.greatest = -Infinity;
  series.lastRequest = -1;
  series.target = changetype<usize>(target) == 0 ? series : target;
  if (!isExact) series.sketch = newSketch();
  return series;
}

/** Adds a sample: how long, and how much of that lies before the first audio. */
@inline export function addSample(to: Series, seconds: f64, wait: f64): void {
  const series = to.target;
  if (series != to) to.passed++;
  store<f64>(gatheredAt(series, series.gathered), seconds);
  if (wait != 0) addWait(series, wait);
  if (++series.gathered == gatheredMost) countGathered(series);
}

/** Counts what all series have gathered; to be called before they are read. */
export function countAll(): void {
  for (let series = newest; changetype<usize>(series) != 0; series = series.next) countGathered(series);
}

function countGathered(series: Series): void {
  const gathered = series.gathered;
  let sums = v128.load(changetype<usize>(series));
  let least = f64x2.splat(series.least);
  let greatest = f64x2.splat(series.greatest);
  // Two by two; as sums are exact it makes no difference which sample goes into which.
  for (let index = 0; index < gathered; index += 2) {
    let samples = v128.load(gatheredAt(series, index));
    if (index + 1 == gathered) samples = f64x2.replace_lane(samples, 1, 0);
    const before = sums;
    sums = f64x2.add(before, samples);
    const added = f64x2.sub(sums, before);
    const rests = f64x2.add(f64x2.sub(before, f64x2.sub(sums, added)), f64x2.sub(samples, added));
    if (v128.any_true(f64x2.ne(rests, f64x2.splat(0)))) {
      keepRest(series.number, false, f64x2.extract_lane(rests, 0));
      keepRest(series.number, false, f64x2.extract_lane(rests, 1));
    }
    if (index + 1 == gathered) samples = f64x2.splat(f64x2.extract_lane(samples, 0));
    least = f64x2.pmin(least, samples);
    greatest = f64x2.pmax(greatest, samples);
  }
  v128.store(changetype<usize>(series), sums);
  series.least = min(f64x2.extract_lane(least, 0), f64x2.extract_lane(least, 1));
  series.greatest = max(f64x2.extract_lane(greatest, 0), f64x2.extract_lane(greatest, 1));
  for (let index = 0; index < gathered; index++) {
    const seconds = load<f64>(gatheredAt(series, index));
    if (changetype<usize>(series.sketch) != 0) countInSketch(series.sketch, seconds);
    else keepSample(series, seconds);
    series.count++;
  }
  series.gathered = 0;
}

@inline function gatheredAt(series: Series, index: i32): usize {
  return changetype<usize>(series) + seriesBytes + (<usize>index << 3);
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

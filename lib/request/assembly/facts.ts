/**
 * What hints look at beside spans and gaps, as `HintEvidenceBuilder` keeps it: the host merges with that
 * what was gathered here.
 */
import { capturedAt, secondsAt } from "./out_events.ts";
import { Plan } from "./plan.ts";
import { addSample, Series } from "./series.ts";

// Where in their captures events have their numbers: the order of the host's keys.
const loadAt: i32 = 0;
const prefillAt: i32 = 1;
const promptTokensAt: i32 = 0;
const thresholdAt: i32 = 0;
const observedAt: i32 = 1;

const millisecondsPerSecond: f64 = 1000;

// Limits, told by the host.
let keepAliveSeconds: f64 = 0;
let prefillUnitMs: f64 = 0;
let largestCoordinate: f64 = 0;
let loadLimitMs: f64 = 0;

let loads: Series = changetype<Series>(0);
let configured: Series = changetype<Series>(0);
let observed: Series = changetype<Series>(0);
let lastCallSeconds: f64 = -Infinity;
let firstTurnCount: f64 = 0;

/** Of the first answer of all: when it came, and how long was loaded; it is for the host to judge. */
let firstCallSeconds: f64 = NaN;
let firstLoad: f64 = NaN;

/** Sums of whole numbers, of 16 bytes each: n, x, y, x², y², xy. */
const sums = memory.data(6 * 16, 16);

/** Begins without facts. */
export function openFacts(keepAlive: f64, prefillUnit: f64, largest: f64, loadLimit: f64): void {
  keepAliveSeconds = keepAlive;
  prefillUnitMs = prefillUnit;
  largestCoordinate = largest;
  loadLimitMs = loadLimit;
  lastCallSeconds = -Infinity;
  firstCallSeconds = firstLoad = NaN;
  firstTurnCount = 0;
  memory.fill(sums, 0, 96);
}

/** Sets where times are counted: of loading, and of the silence that ended a turn. */
export function placeFacts(loading: Series, silence: Series, observedSilence: Series): void {
  loads = loading;
  configured = silence;
  observed = observedSilence;
}

/** When the model answered first; NaN if it never did. */
export function firstCall(): f64 {
  return firstCallSeconds;
}

/** What that answer says of loading, milliseconds; NaN for nothing. */
export function firstCallLoad(): f64 {
  return firstLoad;
}

/** When the model answered last; −Infinity if it never did. */
export function lastCall(): f64 {
  return lastCallSeconds;
}

/** First turns whose load is known, without the first answer of all. */
export function firstTurns(): f64 {
  return firstTurnCount;
}

/** Where the sums of prompt tokens and prefills stand. */
export function prefillSums(): usize {
  return sums;
}

/** Takes the facts of a request. */
export function measureFacts(plan: Plan): void {
  const prefill = toldBy(plan.answer, prefillAt);
  const tokens = toldBy(plan.prompt, promptTokensAt);
  if (tokens > 0 && prefill > 0) addPrefill(round(tokens), round(prefill / prefillUnitMs));
  const load = toldBy(plan.answer, loadAt);
  if (isFirstTurn(plan.answer, load) && load >= 0) {
    firstTurnCount++;
    if (load >= loadLimitMs) addSample(loads, load, 0);
  }
  const threshold = toldBy(plan.pause, thresholdAt);
  const silence = silenceOf(plan);
  if (threshold >= 0 && silence >= 0) {
    addSample(configured, threshold, 0);
    addSample(observed, silence, 0);
  }
}

/** Whether the model had not been asked for a while, which cannot be told of the first answer here. */
function isFirstTurn(answer: i32, load: f64): bool {
  if (answer < 0) return false;
  const called = secondsAt(answer);
  const isFirst = lastCallSeconds != -Infinity && called - lastCallSeconds > keepAliveSeconds;
  if (lastCallSeconds == -Infinity) {
    firstCallSeconds = called;
    firstLoad = load;
  }
  // Whatever came before, also a step back of the clock.
  lastCallSeconds = called;
  return isFirst;
}

/** The silence that ended the turn, seconds: what the pause says, else the time since speech ended. */
function silenceOf(plan: Plan): f64 {
  const told = toldBy(plan.pause, observedAt);
  if (!isNaN(told)) return told / millisecondsPerSecond;
  if (plan.pause < 0 || plan.speechEnd < 0) return NaN;
  return secondsAt(plan.pause) - secondsAt(plan.speechEnd);
}

@inline function toldBy(place: i32, index: i32): f64 {
  return place < 0 ? NaN : capturedAt(place, index);
}

/** The nearest whole number, halves upwards, as the host rounds. */
@inline function round(value: f64): f64 {
  const below = floor(value);
  return value - below >= 0.5 ? below + 1 : below;
}

/** What no server can mean is no point. */
function addPrefill(tokens: f64, prefill: f64): void {
  if (tokens > largestCoordinate || prefill > largestCoordinate) return;
  const x = <u64>tokens;
  const y = <u64>prefill;
  addWhole(0, 1);
  addWhole(1, x);
  addWhole(2, y);
  addWhole(3, x * x);
  addWhole(4, y * y);
  addWhole(5, x * y);
}

function addWhole(index: usize, value: u64): void {
  const sum = sums + (index << 4);
  const low = load<u64>(sum) + value;
  store<u64>(sum, low);
  if (low < value) store<u64>(sum, load<u64>(sum, 8) + 1, 8);
}

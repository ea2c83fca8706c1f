/** The figures of the request at hand, as `computeFigures` would find them with objects. */
import { waitCount, waitEnd, waitStart } from "./metadata_spans.ts";
import { secondsAt } from "./out_events.ts";
import { Plan } from "./plan.ts";
import { addSample, Series } from "./series.ts";
import { placeAt } from "./sort.ts";

let totals: Series = changetype<Series>(0);
let playbacks: Series = changetype<Series>(0);
let processings: Series = changetype<Series>(0);
let voiceToVoices: Series = changetype<Series>(0);

/** Requests by their outcomes, of which there are a few: f64 each. */
const outcomeCounts = memory.data(8 * 8, 16);
let oldest: f64 = Infinity;

// Those of the request that was measured last.
/** First event to last event. */
export let totalOfLast: f64 = 0;
/** While sound was played. */
export let playbackOfLast: f64 = 0;
/** That without playback. */
export let processingOfLast: f64 = 0;
/** When the wait for the first audio began. */
export let openingOfLast: f64 = 0;
/** The first audio; NaN if there is none. */
export let audioOfLast: f64 = 0;
/** The wait for it; NaN if none is told of. */
export let voiceToVoiceOfLast: f64 = 0;
/** The latest event of all. */
let newest: f64 = -Infinity;

/** Begins without figures. */
export function forgetFigures(): void {
  memory.fill(outcomeCounts, 0, 64);
  oldest = Infinity;
  newest = -Infinity;
}

/** Sets where the figures are counted. */
export function placeFigures(total: Series, playback: Series, processing: Series, voiceToVoice: Series): void {
  totals = total;
  playbacks = playback;
  processings = processing;
  voiceToVoices = voiceToVoice;
}

/** Requests that came out in one way. */
export function outcomeCount(outcome: i32): f64 {
  return load<f64>(outcomeCounts + (<usize>outcome << 3));
}

/** Start of the oldest request; infinity if there was none. */
export function oldestStart(): f64 {
  return oldest;
}

/** The latest event of all requests; minus infinity if there was none. */
export function newestEnd(): f64 {
  return newest;
}

/** Measures the figures of a request; returns its first audio if that was waited for, else minus infinity. */
export function measureFigures(plan: Plan, events: i32): f64 {
  const start = secondsAt(0);
  const total = secondsAt(events - 1) - start;
  const playback = playbackOf(plan);
  addSample(totals, total, 0);
  addSample(playbacks, playback, 0);
  addSample(processings, total - playback, 0);
  totalOfLast = total;
  playbackOfLast = playback;
  processingOfLast = total - playback;
  oldest = min(oldest, start);
  newest = max(newest, secondsAt(events - 1));
  const count = outcomeCounts + (<usize>plan.outcome << 3);
  store<f64>(count, load<f64>(count) + 1);
  const opening = findOpening(plan, start);
  openingOfLast = opening;
  const audio = findFirstAudio(plan, opening);
  audioOfLast = audio;
  voiceToVoiceOfLast = NaN;
  if (isNaN(audio) || plan.isPartial != 0) return -Infinity;
  voiceToVoiceOfLast = audio - opening;
  addSample(voiceToVoices, audio - opening, audio - opening);
  return audio;
}

/** Start of the last endpointing span that is not after the first finalized transcript, or `first`. */
function findOpening(plan: Plan, first: f64): f64 {
  const limit = plan.finalized < 0 ? Infinity : secondsAt(plan.finalized);
  let opening = first;
  let isFound = false;
  let latest = -Infinity;
  for (let wait = 0; wait < waitCount; wait++) {
    const start = waitStart(wait), end = waitEnd(wait);
    if (end > limit || end < latest) continue;
    if (end == latest && isFound && start < opening) continue;
    latest = end;
    opening = start;
    isFound = true;
  }
  return opening;
}

/** The first playback start at or after the opening; NaN if there is none. */
function findFirstAudio(plan: Plan, opening: f64): f64 {
  const audioStarts = plan.words(plan.audioStarts);
  for (let index = 0; index < plan.audioStartCount; index++) {
    const at = secondsAt(placeAt(audioStarts, index));
    if (at >= opening) return at;
  }
  return NaN;
}

/** Length of the union of playback spans, which come in the order of their starts. */
function playbackOf(plan: Plan): f64 {
  const playbacks = plan.words(plan.playbacks);
  let total: f64 = 0;
  let reached = -Infinity;
  for (let index = 0; index < plan.playbackCount; index++) {
    const end = secondsAt(placeAt(playbacks, index * 2 + 1));
    const start = max(secondsAt(placeAt(playbacks, index * 2)), reached);
    total += max(0, end - start);
    reached = max(reached, end);
  }
  return total;
}

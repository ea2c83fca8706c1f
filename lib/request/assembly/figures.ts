/** The figures of the request at hand, as `computeFigures` would find them with objects. */
import { reserve } from "../../event/scanner/assembly/memory.ts";
import { waitCount, waitEnd, waitStart } from "./metadata_spans.ts";
import { secondsAt } from "./out_events.ts";
import { Plan } from "./plan.ts";
import { placeAt } from "./sort.ts";

/** Tells the host of figures: their place among all float64 of the memory, and of how many requests. */
@external("host", "takeFigures") declare function takeFigures(at: i32, count: i32): void;

// Figures gathered before the host is told: start, total, playback, voice-to-voice (NaN for none), outcome.
const rowBytes: usize = 40;
const mostRows: i32 = 128;
let rows: usize = 0;
let rowCount: i32 = 0;

/** Begins without figures. */
export function forgetFigures(): void {
  rows = reserve(rowBytes * <usize>mostRows);
  rowCount = 0;
}

/** Notes the figures of a request; returns its first audio if that was waited for, else minus infinity. */
export function noteFigures(plan: Plan, events: i32): f64 {
  const start = secondsAt(0);
  const opening = findOpening(plan, start);
  const audio = findFirstAudio(plan, opening);
  const isHeard = !isNaN(audio) && plan.isPartial == 0;
  const row = rows + <usize>rowCount * rowBytes;
  store<f64>(row, start);
  store<f64>(row, secondsAt(events - 1) - start, 8);
  store<f64>(row, playbackOf(plan), 16);
  store<f64>(row, isHeard ? audio - opening : NaN, 24);
  store<f64>(row, <f64>plan.outcome, 32);
  if (++rowCount == mostRows) flushFigures();
  return isHeard ? audio : -Infinity;
}

/** Tells the host of all figures that are still here. */
export function flushFigures(): void {
  if (rowCount > 0) takeFigures(<i32>(rows >> 3), rowCount);
  rowCount = 0;
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

/** Spans of the request at hand that its metadata tells of: endpointing, and the children of llm spans. */
import { reserve } from "../../event/scanner/assembly/memory.ts";
import { capturedAt, secondsAt } from "./out_events.ts";
import { Plan } from "./plan.ts";
import { childKinds } from "./planned_stretch.ts";
import { placeAt } from "./sort.ts";

const millisecondsPerSecond: f64 = 1000;

/** How many endpointing spans there are. */
export let waitCount: i32 = 0;
/** Whether there are children. */
export let hasChildren: bool = false;

// Room for so many of each: starts and ends, one after the other.
let waitCapacity: i32 = 0;
let waits: usize = 0;
let childCapacity: i32 = 0;
/** `childKinds` for each llm span; NaN where there is none. */
let children: usize = 0;

/** Forgets the memory that was used so far. */
export function forgetMetadataSpans(): void {
  waitCapacity = childCapacity = 0;
}

/** Finds endpointing spans: their lengths are settings. */
export function findWaits(plan: Plan): void {
  if (plan.pauseCount > waitCapacity) {
    waitCapacity = plan.pauseCount * 2;
    waits = reserve(<usize>waitCapacity << 4);
  }
  waitCount = 0;
  const pauses = plan.words(plan.pauses);
  for (let index = 0; index < plan.pauseCount; index++) {
    const place = placeAt(pauses, index);
    const threshold = capturedAt(place, 0);
    // Not where there is none: NaN.
    if (threshold >= 0) setSpan(waits, waitCount++, secondsAt(place) - threshold, secondsAt(place));
  }
}

/** Finds load, prefill and generation in llm spans, laid end to end so that the last ends with its span. */
export function findChildren(plan: Plan): void {
  hasChildren = false;
  if (plan.llmCount * childKinds > childCapacity) {
    childCapacity = plan.llmCount * childKinds * 2;
    children = reserve(<usize>childCapacity << 4);
  }
  const llms = plan.words(plan.llms);
  for (let llm = 0; llm < plan.llmCount; llm++) {
    const start = secondsAt(placeAt(llms, llm * 2));
    const last = placeAt(llms, llm * 2 + 1);
    let end = secondsAt(last);
    let sum: f64 = 0;
    for (let kind = 0; kind < childKinds; kind++) {
      setSpan(children, llm * childKinds + kind, NaN, NaN);
      const milliseconds = capturedAt(last, kind);
      if (milliseconds > 0) sum += milliseconds / millisecondsPerSecond;
    }
    if (sum > end - start || end < start) continue;
    for (let kind = childKinds - 1; kind >= 0; kind--) {
      const milliseconds = capturedAt(last, kind);
      if (!(milliseconds > 0)) continue;
      // Rounding must not carry the first of them out of its parent.
      const childStart = max(start, end - milliseconds / millisecondsPerSecond);
      setSpan(children, llm * childKinds + kind, childStart, end);
      end = childStart;
      hasChildren = true;
    }
  }
}

/** Start of an endpointing span. */
@inline export function waitStart(wait: i32): f64 {
  return load<f64>(waits + (<usize>wait << 4));
}

/** End of an endpointing span. */
@inline export function waitEnd(wait: i32): f64 {
  return load<f64>(waits + (<usize>wait << 4), 8);
}

/** Start of a child of an llm span; NaN if it has none of that kind. */
@inline export function childStart(llm: i32, kind: i32): f64 {
  return load<f64>(children + (<usize>(llm * childKinds + kind) << 4));
}

/** End of a child of an llm span. */
@inline export function childEnd(llm: i32, kind: i32): f64 {
  return load<f64>(children + (<usize>(llm * childKinds + kind) << 4), 8);
}

@inline function setSpan(spans: usize, index: i32, start: f64, end: f64): void {
  store<f64>(spans + (<usize>index << 4), start);
  store<f64>(spans + (<usize>index << 4), end, 8);
}

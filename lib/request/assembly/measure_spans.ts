/** Measures the spans of the request at hand, those of its plan and those that metadata tells of. */
import { reserve } from "../../event/scanner/assembly/memory.ts";
import {
  childEnd, childStart, hasChildren, waitCount, waitEnd, waitStart,
} from "./metadata_spans.ts";
import { secondsAt } from "./out_events.ts";
import { Plan } from "./plan.ts";
import {
  childKinds, childStretch, endpointingStretch, isPlaced, measureStretch, PlannedStretch, stretchAt,
} from "./planned_stretch.ts";
import { orderOf, placeAt } from "./sort.ts";
import { isTelling, tell } from "./telling.ts";

// Spans that are to be put in order: their starts and ends (f64), and what they are of.
let capacity: i32 = 0;
let starts: usize = 0;
let ends: usize = 0;
let stretches: usize = 0;
let listed: i32 = 0;

/** Forgets the memory that was used so far. */
export function forgetSpanOrder(): void {
  capacity = 0;
}

/** Measures all spans; `until` is the first audio, for their share of the wait. */
export function measureSpans(plan: Plan, until: f64): void {
  if (!isTelling && areAllPlaced(plan)) measureFreely(plan, until);
  else measureInOrder(plan, until);
}

/** Whether every span has its series already. */
function areAllPlaced(plan: Plan): bool {
  const spans = plan.words(plan.spans);
  if (plan.isPlaced == 0) {
    for (let index = 0; index < plan.spanCount; index++) {
      const span = stretchAt(spans, index);
      if (span.from >= 0 && !isPlaced(span)) return false;
    }
    plan.isPlaced = 1;
  }
  if (waitCount > 0 && !isPlaced(endpointingStretch())) return false;
  if (!hasChildren) return true;
  for (let kind = 0; kind < childKinds; kind++) if (!isPlaced(childStretch(kind))) return false;
  return true;
}

/** Measures spans in any order: sums are exact. */
function measureFreely(plan: Plan, until: f64): void {
  for (let wait = 0; wait < waitCount; wait++) {
    measureStretch(endpointingStretch(), waitStart(wait), waitEnd(wait), until);
  }
  const spans = plan.words(plan.spans);
  for (let index = 0; index < plan.spanCount; index++) {
    const span = stretchAt(spans, index);
    if (span.from < 0) continue;
    const start = secondsAt(span.from), end = secondsAt(span.to);
    if (end >= start) measureStretch(span, start, end, until);
  }
  if (!hasChildren) return;
  for (let llm = 0; llm < plan.llmCount; llm++) {
    for (let kind = 0; kind < childKinds; kind++) {
      const start = childStart(llm, kind);
      if (isNaN(start)) continue;
      measureStretch(childStretch(kind), start, childEnd(llm, kind), until);
    }
  }
}

/**
 * Measures spans in the order in which `findSpans` lists them: places in the host's tables depend on
 * who comes first, and the host is told in that order.
 */
function measureInOrder(plan: Plan, until: f64): void {
  const most = waitCount + plan.spanCount + plan.llmCount * childKinds;
  if (most > capacity) grow(most * 2);
  listed = 0;
  for (let wait = 0; wait < waitCount; wait++) {
    list(endpointingStretch(), waitStart(wait), waitEnd(wait));
  }
  // The plan has the order of the catalogue, so that only the starts are left to compare.
  const spans = plan.words(plan.spans);
  for (let index = 0; index < plan.spanCount; index++) {
    const span = stretchAt(spans, index);
    if (span.from >= 0) {
      list(span, secondsAt(span.from), secondsAt(span.to));
      continue;
    }
    const kind = span.to;
    for (let llm = 0; llm < plan.llmCount; llm++) {
      const start = childStart(llm, kind);
      if (!isNaN(start)) list(childStretch(kind), start, childEnd(llm, kind));
    }
  }
  const order = orderOf(starts, listed);
  for (let index = 0; index < listed; index++) {
    const at = <usize>placeAt(order, index);
    const start = load<f64>(starts + (at << 3)), end = load<f64>(ends + (at << 3));
    const stretch = changetype<PlannedStretch>(<usize>load<u32>(stretches + (at << 2)));
    if (end < start) continue;
    measureStretch(stretch, start, end, until);
    if (isTelling) tell(start, end, stretch.name, false);
  }
}

function list(stretch: PlannedStretch, start: f64, end: f64): void {
  const at = <usize>(listed++);
  store<f64>(starts + (at << 3), start);
  store<f64>(ends + (at << 3), end);
  store<u32>(stretches + (at << 2), <u32>changetype<usize>(stretch));
}

function grow(count: i32): void {
  capacity = count;
  starts = reserve(<usize>count << 3);
  ends = reserve(<usize>count << 3);
  stretches = reserve(<usize>count << 2);
}

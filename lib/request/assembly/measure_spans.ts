/** Measures the spans of the request at hand, those of its plan and those that metadata tells of. */
import { reserve } from "../../event/scanner/assembly/memory.ts";
import {
  childEnd, childStart, hasChildren, waitCount, waitEnd, waitStart,
} from "./metadata_spans.ts";
import { secondsAt } from "./out_events.ts";
import { Plan } from "./plan.ts";
import {
  childKinds, childName, endpointingName, isPlaced, measureStretch, StretchName, stretchAt,
} from "./planned_stretch.ts";
import { orderOf, placeAt } from "./sort.ts";
import { isTelling, tell } from "./telling.ts";

// Spans that are to be put in order: their starts and ends (f64), and what they are of.
let capacity: i32 = 0;
let starts: usize = 0;
let ends: usize = 0;
let names: usize = 0;
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
      if (span.from >= 0 && !isPlaced(span.name)) return false;
    }
    plan.isPlaced = 1;
  }
  if (waitCount > 0 && !isPlaced(endpointingName())) return false;
  if (!hasChildren) return true;
  for (let kind = 0; kind < childKinds; kind++) if (!isPlaced(childName(kind))) return false;
  return true;
}

/** Measures spans in any order: sums are exact. */
function measureFreely(plan: Plan, until: f64): void {
  for (let wait = 0; wait < waitCount; wait++) {
    measureStretch(endpointingName(), waitStart(wait), waitEnd(wait), until);
  }
  const spans = plan.words(plan.spans);
  for (let index = 0; index < plan.spanCount; index++) {
    const span = stretchAt(spans, index);
    if (span.from < 0) continue;
    const start = secondsAt(span.from), end = secondsAt(span.to);
    if (end >= start) measureStretch(span.name, start, end, until);
  }
  if (!hasChildren) return;
  for (let llm = 0; llm < plan.llmCount; llm++) {
    for (let kind = 0; kind < childKinds; kind++) {
      const start = childStart(llm, kind);
      if (isNaN(start)) continue;
      measureStretch(childName(kind), start, childEnd(llm, kind), until);
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
    list(endpointingName(), waitStart(wait), waitEnd(wait));
  }
  // The plan has the order of the catalogue, so that only the starts are left to compare.
  const spans = plan.words(plan.spans);
  for (let index = 0; index < plan.spanCount; index++) {
    const span = stretchAt(spans, index);
    if (span.from >= 0) {
      list(span.name, secondsAt(span.from), secondsAt(span.to));
      continue;
    }
    const kind = span.to;
    for (let llm = 0; llm < plan.llmCount; llm++) {
      const start = childStart(llm, kind);
      if (!isNaN(start)) list(childName(kind), start, childEnd(llm, kind));
    }
  }
  const order = orderOf(starts, listed);
  for (let index = 0; index < listed; index++) {
    const at = <usize>placeAt(order, index);
    const start = load<f64>(starts + (at << 3)), end = load<f64>(ends + (at << 3));
    const name = changetype<StretchName>(<usize>load<u32>(names + (at << 2)));
    if (end < start) continue;
    measureStretch(name, start, end, until);
    if (isTelling) tell(start, end, name.number);
  }
}

function list(name: StretchName, start: f64, end: f64): void {
  const at = <usize>(listed++);
  store<f64>(starts + (at << 3), start);
  store<f64>(ends + (at << 3), end);
  store<u32>(names + (at << 2), <u32>changetype<usize>(name));
}

function grow(count: i32): void {
  capacity = count;
  starts = reserve(<usize>count << 3);
  ends = reserve(<usize>count << 3);
  names = reserve(<usize>count << 2);
}

/**
 * Measures requests by their plans: the figures, and every span, gap and step, as the plain rules would
 * find them with objects. What comes out goes to the host's statistics, some of it at a time.
 */
import { measureClocks } from "./clocks.ts";
import { forgetKinds } from "./event_kinds.ts";
import { forgetPlaces } from "./event_places.ts";
import { forgetHops } from "./exchanges.ts";
import { measureFacts } from "./facts.ts";
import { audioOfLast, forgetFigures, measureFigures } from "./figures.ts";
import { forgetSpanOrder, measureSpans } from "./measure_spans.ts";
import {
  findChildren, findWaits, forgetMetadataSpans, waitCount, waitEnd, waitStart,
} from "./metadata_spans.ts";
import { secondsAt } from "./out_events.ts";
import { Plan } from "./plan.ts";
import { forgetMaking } from "./make_plan.ts";
import { forgetSteps } from "./planned_steps.ts";
import { forgetSpanPairs } from "./span_pairs.ts";
import { forgetPlans, planOf } from "./kept_plans.ts";
import { isKeepingLedger, measureLedger, stopLedger, tellRows } from "./ledger.ts";
import { measureGap, stretchAt } from "./planned_stretch.ts";
import { addSample, Series } from "./series.ts";
import { forgetTold, isTelling, stopTelling, tell } from "./telling.ts";
import { isKeepingTurns, measureTurn } from "./turns.ts";

/** Whether requests are measured. */
export let isMeasuring: bool = false;
/** Requests measured so far. */
let measured: i32 = 0;
/** Whether the request at hand has two events at one instant. */
let hasTies: bool = false;
/** Its plan. */
let planAtHand: Plan = changetype<Plan>(0);
let eventsAtHand: i32 = 0;

/** From now on requests are not measured. */
export function stopMeasuring(): void {
  isMeasuring = false;
}

/** From now on requests are measured, once it is said where figures are counted and what settings are called. */
export function startMeasuring(): void {
  isMeasuring = true;
  measured = 0;
  forgetPlans();
  forgetKinds();
  forgetPlaces();
  forgetSpanPairs();
  forgetSteps();
  forgetHops();
  forgetMaking();
  forgetFigures();
  forgetMetadataSpans();
  forgetSpanOrder();
  stopLedger();
  stopTelling();
}

/** Measures the request that was read last. */
export function measureRequest(events: i32): void {
  const plan = planOf(events);
  planAtHand = plan;
  eventsAtHand = events;
  forgetTold();
  measured++;
  findWaits(plan);
  findChildren(plan);
  const until = measureFigures(plan, events);
  measureSpans(plan, until);
  measureGaps(plan, until);
  measureSteps(plan, events);
  measureClocks(plan, events);
  measureFacts(plan);
  if (isKeepingLedger && until != -Infinity) measureLedger(plan, events, until, measured, hasTies);
  if (isKeepingTurns) measureTurn(plan, events, until);
}

/** Tells the host the ledger of the request at hand, behind what else it was told. */
export function tellLedger(): void {
  tellRows(planAtHand, eventsAtHand, audioOfLast, hasTies);
}

/** Measures gaps between events, as far as no endpointing span reaches into them. */
function measureGaps(plan: Plan, until: f64): void {
  const gaps = plan.words(plan.gaps);
  for (let index = 0; index < plan.gapCount; index++) {
    const gap = stretchAt(gaps, index);
    const start = secondsAt(gap.from), next = secondsAt(gap.to);
    let end = next;
    for (let wait = 0; wait < waitCount; wait++) {
      if (waitEnd(wait) >= next && waitStart(wait) < end) end = waitStart(wait);
    }
    if (end <= start) continue;
    measureGap(gap.name, start, end, until, measured);
    if (isTelling) tell(start, end, gap.name.number);
  }
}

/** Measures every step from an event to the next: their series stand one after the other. */
function measureSteps(plan: Plan, events: i32): void {
  const steps = plan.words(plan.steps);
  let from = secondsAt(0);
  hasTies = false;
  for (let place = 1; place < events; place++) {
    const to = secondsAt(place);
    const series = changetype<Series>(<usize>load<u32>(steps + (<usize>(place - 1) << 2)));
    addSample(series, to - from, 0);
    hasTies = hasTies || to == from;
    from = to;
  }
}

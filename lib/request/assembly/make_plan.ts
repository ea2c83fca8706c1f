/** Makes the plan of the request at hand, by the rules that `planRequest` has for objects. */
import { reserve } from "../../event/scanner/assembly/memory.ts";
import { putExchanges } from "./exchanges.ts";
import { kindAt, pairAtPlace } from "./event_kinds.ts";
import { firstOf, lookAtPlaces, nextOf } from "./event_places.ts";
import { outPairs } from "./out_events.ts";
import { Plan } from "./plan.ts";
import { beginPlan, forgetRoom, here, put, room } from "./plan_room.ts";
import { gapName, stepSeries } from "./planned_steps.ts";
import { childKinds, childName, StretchName } from "./planned_stretch.ts";
import {
  envelope, foundAt, foundCount, FoundSpan, isPlaying, pairEvents, playback,
} from "./span_pairs.ts";

// The host knows outcomes by their order in `outcomes`.
const answered: i32 = 0;
const speaking: i32 = 1;
const silent: i32 = 2;
const partial: i32 = 3;

// Known names, and a service, by the host's numbers.
let pauseName: i32 = -1;
let finalizedName: i32 = -1;
let audioName: i32 = -1;
let builtName: i32 = -1;
let receivedName: i32 = -1;
let firstService: i32 = -1;

/** By step (i32): how many more spans begin with it than have ended before. */
let capacity: i32 = 0;
let coverage: usize = 0;

/** Forgets the memory that was used so far. */
export function forgetMaking(): void {
  capacity = 0;
  forgetRoom();
}

/** Sets the names that tell figures and facts, and the service that a whole request begins with. */
export function namePlanned(
  pause: i32, finalized: i32, audio: i32, built: i32, received: i32, service: i32,
): void {
  pauseName = pause;
  finalizedName = finalized;
  audioName = audio;
  builtName = built;
  receivedName = received;
  firstService = service;
}

/** A plan that lasts until the next is made. */
export function makePlan(events: i32): Plan {
  if (events > capacity) grow(events * 2);
  const plan = beginPlan(events);
  lookAtPlaces(events);
  pairEvents(events);
  plan.events = events;
  plan.shape = here();
  memory.copy(room(<usize>events << 1), outPairs, <usize>events << 1);
  plan.steps = here();
  for (let place = 1; place < events; place++) {
    put(<i32>changetype<usize>(stepSeries(pairAtPlace(place - 1), pairAtPlace(place))));
  }
  putSpans(plan);
  putGaps(plan, events);
  plan.pauses = here();
  plan.pauseCount = putPlaces(pauseName);
  plan.audioStarts = here();
  plan.audioStartCount = putPlaces(audioName);
  plan.built = here();
  plan.builtCount = putPlaces(builtName);
  plan.received = here();
  plan.receivedCount = putPlaces(receivedName);
  plan.exchanges = here();
  plan.exchangeCount = putExchanges(events);
  plan.finalized = firstOf(finalizedName);
  plan.prompt = firstOf(builtName);
  plan.answer = firstOf(receivedName);
  plan.pause = firstOf(pauseName);
  plan.speechEnd = plan.pause - 1;
  while (plan.speechEnd >= 0 && kindAt(plan.speechEnd).endsSpeech == 0) plan.speechEnd--;
  if (plan.speechEnd < 0) plan.speechEnd = -1;
  plan.outcome = outcomeOf();
  plan.isPartial = i32(plan.outcome == partial);
  plan.bytes = here();
  return plan;
}

function outcomeOf(): i32 {
  if (kindAt(0).service != firstService) return partial;
  if (firstOf(audioName) < 0) return silent;
  return isPlaying ? speaking : answered;
}

/** Puts spans in catalogue order, with the kinds of children at their rank, and those that are played or divided. */
function putSpans(plan: Plan): void {
  let isOrdered = true;
  let last = 0;
  for (let index = 0; index < foundCount; index++) {
    const span = foundAt(index);
    const rank = span.name.rank;
    isOrdered = isOrdered && last <= rank;
    last = max(last, rank);
    plan.llmCount += span.name.isLlm;
    plan.playbackCount += i32((span.traits & playback) != 0);
  }
  plan.spans = here();
  plan.spanCount = foundCount;
  let child = plan.llmCount > 0 ? 0 : childKinds;
  // One rank after the other, unless they come so.
  for (let rank = isOrdered ? last : 0; rank <= last; rank++) {
    for (let index = 0; index < foundCount; index++) {
      const span = foundAt(index);
      if (!isOrdered && span.name.rank != rank) continue;
      for (; child < childKinds && childName(child).rank <= span.name.rank; child++) putChild(plan, child);
      putStretch(span.from, span.to, span.name);
    }
  }
  for (; child < childKinds; child++) putChild(plan, child);
  plan.playbacks = here();
  for (let index = 0; index < foundCount; index++) {
    const span = foundAt(index);
    if ((span.traits & playback) != 0) putEnds(span);
  }
  plan.llms = here();
  for (let index = 0; index < foundCount; index++) {
    const span = foundAt(index);
    if (span.name.isLlm != 0) putEnds(span);
  }
}

function putChild(plan: Plan, kind: i32): void {
  putStretch(-1, kind, childName(kind));
  plan.spanCount++;
}

/** Puts the steps that no span covers. */
function putGaps(plan: Plan, events: i32): void {
  memory.fill(coverage, 0, <usize>(events + 1) << 2);
  for (let index = 0; index < foundCount; index++) {
    const span = foundAt(index);
    if ((span.traits & envelope) != 0 || span.from > span.to) continue;
    cover(span.from, 1);
    cover(span.to, -1);
  }
  plan.gaps = here();
  let spans = 0;
  for (let place = 1; place < events; place++) {
    spans += load<i32>(coverage + (<usize>(place - 1) << 2));
    if (spans > 0) continue;
    putStretch(place - 1, place, gapName(pairAtPlace(place - 1), pairAtPlace(place)));
    plan.gapCount++;
  }
}

function cover(place: i32, more: i32): void {
  const step = coverage + (<usize>place << 2);
  store<i32>(step, load<i32>(step) + more);
}

/** Puts all places of a known name; returns how many there are. */
function putPlaces(known: i32): i32 {
  let count = 0;
  for (let place = firstOf(known); place >= 0; place = nextOf(place)) {
    put(place);
    count++;
  }
  return count;
}

function putStretch(from: i32, to: i32, name: StretchName): void {
  put(from);
  put(to);
  put(<i32>changetype<usize>(name));
}

function putEnds(span: FoundSpan): void {
  put(span.from);
  put(span.to);
}

function grow(events: i32): void {
  capacity = events;
  coverage = reserve(<usize>(events + 1) << 2);
}

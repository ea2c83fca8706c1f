/** The spans of the request at hand whose events are known by name, as `pairEvents` finds them. */
import { reserve } from "../../event/scanner/assembly/memory.ts";
import { kindAt, SpanGroup } from "./event_kinds.ts";
import { firstOf, groupAt, groupCount, nextOf, nextOfGroup, onlyOne } from "./event_places.ts";
import { StretchName } from "./planned_stretch.ts";

// Traits of spans: bits that the host knows by the name of `spanTraits`.
const hop: i32 = 1;
/** It accounts for no time of its own. */
export const envelope: i32 = 2;
/** It is sound. */
export const playback: i32 = 4;

/** A span of the catalogue. Names are numbers of known ones; -1 for none. */
@unmanaged export class SpanDefinition {
  next: SpanDefinition;
  name: StretchName;
  traits: i32;
  start0: i32;
  start1: i32;
  start2: i32;
  end0: i32;
  end1: i32;
  adjacentStart: i32;
}

/** A span that was found, with both events. */
@unmanaged export class FoundSpan {
  from: i32;
  to: i32;
  name: StretchName;
  traits: i32;
}

let first: SpanDefinition = changetype<SpanDefinition>(0);
let last: SpanDefinition = changetype<SpanDefinition>(0);

let capacity: i32 = 0;
let found: usize = 0;
/** How many spans were found. */
export let foundCount: i32 = 0;
/** Whether something is played at the end of the request. */
export let isPlaying: bool = false;

// Places of events that may make spans of one name (i32).
let starts: usize = 0;
let ends: usize = 0;

/** Forgets the catalogue and the memory that was used so far. */
export function forgetSpanPairs(): void {
  first = last = changetype<SpanDefinition>(0);
  capacity = 0;
}

/** Adds a span to the catalogue, behind all that are there. */
export function addSpanDefinition(
  name: StretchName, traits: i32, start0: i32, start1: i32, start2: i32, end0: i32, end1: i32,
): SpanDefinition {
  const definition = changetype<SpanDefinition>(reserve(offsetof<SpanDefinition>()));
  definition.next = changetype<SpanDefinition>(0);
  definition.name = name;
  definition.traits = traits;
  definition.start0 = start0;
  definition.start1 = start1;
  definition.start2 = start2;
  definition.end0 = end0;
  definition.end1 = end1;
  definition.adjacentStart = -1;
  if (changetype<usize>(last) == 0) first = definition;
  else last.next = definition;
  last = definition;
  return definition;
}

/** Sets what may start the span added last where the end is the next event of the same service. */
export function addAdjacentStart(known: i32): void {
  last.adjacentStart = known;
}

/** A span that was found: in catalogue order, custom ones behind. */
@inline export function foundAt(index: i32): FoundSpan {
  return changetype<FoundSpan>(found + <usize>index * offsetof<FoundSpan>());
}

/** Finds the spans, once the places have been looked at. */
export function pairEvents(events: i32): void {
  if (events > capacity) grow(events * 2);
  foundCount = 0;
  isPlaying = false;
  for (let one = first; changetype<usize>(one) != 0; one = one.next) pairByCatalogue(one, events);
  for (let index = 0; index < groupCount; index++) {
    const group = groupAt(index);
    if (isPairable(group)) pairGroup(group);
  }
}

function pairByCatalogue(one: SpanDefinition, events: i32): void {
  const end = firstEnd(one);
  let start = firstStart(one);
  if (end < 0 && (one.traits & playback) == 0) return;
  if ((one.traits & hop) != 0 && start > end && onlyOne(start) >= 0 && onlyOne(end) >= 0) {
    addFound(start, end, one.name, one.traits);
    return;
  }
  let startCount = 0, endCount = 0;
  for (; start >= 0; start = nextOf(start)) putPlace(starts, startCount++, start);
  if (startCount == 0) startCount = listAdjacent(one, events);
  for (let place = end; place >= 0; place = nextOf(place)) putPlace(ends, endCount++, place);
  const left = pairInOrder(startCount, endCount, one.name, one.traits);
  if ((one.traits & playback) != 0 && left > 0) isPlaying = true;
}

/** The first place of what may start a span of the catalogue; -1 for none. */
@inline export function firstStart(one: SpanDefinition): i32 {
  let place = firstOf(one.start0);
  if (place < 0) place = firstOf(one.start1);
  return place < 0 ? firstOf(one.start2) : place;
}

/** The first place of what may end it. */
@inline export function firstEnd(one: SpanDefinition): i32 {
  const place = firstOf(one.end0);
  return place < 0 ? firstOf(one.end1) : place;
}

/** Lists the last resort for starts; returns how many there are. */
function listAdjacent(one: SpanDefinition, events: i32): i32 {
  let count = 0;
  for (let place = firstOf(one.adjacentStart); place >= 0; place = nextOf(place)) {
    const service = kindAt(place).service;
    let next = place + 1;
    while (next < events && kindAt(next).service != service) next++;
    if (next == events) continue;
    const known = kindAt(next).known;
    if (known >= 0 && (known == one.end0 || known == one.end1)) putPlace(starts, count++, place);
  }
  return count;
}

function isPairable(group: SpanGroup): bool {
  return group.isSure != 0 || (group.firstStart >= 0 && group.firstEnd >= 0);
}

function pairGroup(group: SpanGroup): void {
  let isShared = false;
  for (let index = 0; index < groupCount && !isShared; index++) {
    const other = groupAt(index);
    isShared = other.stem == group.stem && other.service != group.service && isPairable(other);
  }
  let startCount = 0, endCount = 0;
  for (let at = group.firstStart; at >= 0; at = nextOfGroup(at)) putPlace(starts, startCount++, at);
  for (let at = group.firstEnd; at >= 0; at = nextOfGroup(at)) putPlace(ends, endCount++, at);
  pairInOrder(startCount, endCount, isShared ? group.sharedName : group.name, 0);
}

/** In time order each end closes the oldest open start; returns how many starts are left over. */
function pairInOrder(startCount: i32, endCount: i32, name: StretchName, traits: i32): i32 {
  let open = 0;
  for (let index = 0; index < endCount && open < startCount; index++) {
    const start = placeOf(starts, open), end = placeOf(ends, index);
    if (start > end) continue;
    addFound(start, end, name, traits);
    open++;
  }
  return startCount - open;
}

function addFound(from: i32, to: i32, name: StretchName, traits: i32): void {
  const span = foundAt(foundCount++);
  span.from = from;
  span.to = to;
  span.name = name;
  span.traits = traits;
}

@inline function placeOf(list: usize, index: i32): i32 {
  return load<i32>(list + (<usize>index << 2));
}

@inline function putPlace(list: usize, index: i32, place: i32): void {
  store<i32>(list + (<usize>index << 2), place);
}

function grow(events: i32): void {
  capacity = events;
  // A name starts or ends a few spans of the catalogue, but no more than it has entries.
  found = reserve(<usize>events * 4 * offsetof<FoundSpan>());
  starts = reserve(<usize>events << 2);
  ends = reserve(<usize>events << 2);
}

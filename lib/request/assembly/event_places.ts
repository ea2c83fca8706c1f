/** Where in the request at hand the names occur that rules ask for, and the events of custom spans. */
import { reserve } from "../../event/scanner/assembly/memory.ts";
import { kindAt, SpanGroup } from "./event_kinds.ts";

/** Names that rules ask for, at most. */
const maxKnown: usize = 64;
const nowhere: i32 = -1;

// By the number of a known name (i32): the first place and the last; -1 for none.
const firsts = memory.data(64 * 4, 16);
const lasts = memory.data(64 * 4, 16);

let capacity: i32 = 0;
/** By place (i32): the next one of the same name, and of the same role in the same group. */
let nextKnown: usize = 0;
let nextInGroup: usize = 0;

/** Groups met, in the order of their first events (u32). */
let groups: usize = 0;
/** How many of them there are. */
export let groupCount: i32 = 0;
let request: i32 = 0;

/** Forgets the memory that was used so far. */
export function forgetPlaces(): void {
  capacity = 0;
  request = 0;
}

/** Looks through the events of a request. */
export function lookAtPlaces(events: i32): void {
  if (events > capacity) grow(events * 2);
  memory.fill(firsts, 0xff, maxKnown << 2);
  groupCount = 0;
  request++;
  for (let place = 0; place < events; place++) {
    const kind = kindAt(place);
    if (kind.known >= 0) {
      const first = firsts + (<usize>kind.known << 2), last = lasts + (<usize>kind.known << 2);
      if (load<i32>(first) == nowhere) store<i32>(first, place);
      else store<i32>(nextKnown + (<usize>load<i32>(last) << 2), place);
      store<i32>(last, place);
      store<i32>(nextKnown + (<usize>place << 2), nowhere);
    }
    if (changetype<usize>(kind.group) != 0) addToGroup(kind.group, kind.endsSpan != 0, place);
  }
}

function addToGroup(group: SpanGroup, isEnd: bool, place: i32): void {
  if (group.request != request) {
    group.request = request;
    group.firstStart = group.firstEnd = nowhere;
    store<u32>(groups + (<usize>(groupCount++) << 2), <u32>changetype<usize>(group));
  }
  store<i32>(nextInGroup + (<usize>place << 2), nowhere);
  if (isEnd) {
    if (group.firstEnd == nowhere) group.firstEnd = place;
    else store<i32>(nextInGroup + (<usize>group.lastEnd << 2), place);
    group.lastEnd = place;
  } else {
    if (group.firstStart == nowhere) group.firstStart = place;
    else store<i32>(nextInGroup + (<usize>group.lastStart << 2), place);
    group.lastStart = place;
  }
}

/** The first place of a known name; -1 if it does not occur, or there is no such name. */
@inline export function firstOf(known: i32): i32 {
  return known < 0 ? nowhere : load<i32>(firsts + (<usize>known << 2));
}

/** The only place of a name whose first place this is; -1 if there are more, or none. */
@inline export function onlyOne(first: i32): i32 {
  return first < 0 || nextOf(first) >= 0 ? nowhere : first;
}

/** The next place of the same known name; -1 for none. */
@inline export function nextOf(place: i32): i32 {
  return load<i32>(nextKnown + (<usize>place << 2));
}

/** The next place of the same role in the same group; -1 for none. */
@inline export function nextOfGroup(place: i32): i32 {
  return load<i32>(nextInGroup + (<usize>place << 2));
}

/** A group that was met. */
@inline export function groupAt(index: i32): SpanGroup {
  return changetype<SpanGroup>(<usize>load<u32>(groups + (<usize>index << 2)));
}

function grow(events: i32): void {
  capacity = events;
  nextKnown = reserve(<usize>events << 2);
  nextInGroup = reserve(<usize>events << 2);
  groups = reserve(<usize>events << 2);
}

/**
 * What has to be known of events, by their names, to plan their requests. The host tells it of each kind
 * that is met first; the rules are those of `pairEvents` and its neighbours.
 */
import { reserve } from "../../event/scanner/assembly/memory.ts";
import { outPairs } from "./out_events.ts";
import { StretchName } from "./planned_stretch.ts";

/** Custom events of one service that may make spans with each other. */
@unmanaged export class SpanGroup {
  /** What spans are called, and what if other services have such spans in the request. */
  name: StretchName;
  sharedName: StretchName;
  /** The part of the name that all of them have, by number. */
  stem: i32;
  service: i32;
  /** 1 if its events are sure signs of a span, also one without the others. */
  isSure: i32;
  // The events met in the request at hand, by its number: places of the first and last of each role.
  request: i32;
  firstStart: i32;
  lastStart: i32;
  firstEnd: i32;
  lastEnd: i32;
}

/** What is known of events of one pair of names. */
@unmanaged export class EventKind {
  /** The number of a name that rules ask for; -1 for any other. */
  known: i32;
  service: i32;
  /** The calls that it is part of the work for: a bit for each hop, by its number. */
  calls: i32;
  /** 1 if it may end speech. */
  endsSpeech: i32;
  /** None for an event that is no custom mark of a span. */
  group: SpanGroup;
  /** 1 if it ends spans of the group. */
  endsSpan: i32;
}

const maxPairs: usize = 16384;
/** By the host's number of a pair (u32); none until it is met. */
const kinds = memory.data(16384 * 4, 16);

/** Asks the host for the kind of events that its pair of names stands for. */
@external("host", "describePair") declare function describePair(pair: i32): EventKind;

/** Forgets all kinds. */
export function forgetKinds(): void {
  memory.fill(kinds, 0, maxPairs << 2);
}

/** A group that has not been met. */
export function newSpanGroup(
  name: StretchName, sharedName: StretchName, stem: i32, service: i32, isSure: i32,
): SpanGroup {
  const group = changetype<SpanGroup>(reserve(offsetof<SpanGroup>()));
  group.name = name;
  group.sharedName = sharedName;
  group.stem = stem;
  group.service = service;
  group.isSure = isSure;
  group.request = 0;
  return group;
}

/** A kind of events. */
export function newEventKind(
  known: i32, service: i32, calls: i32, endsSpeech: i32, group: SpanGroup, endsSpan: i32,
): EventKind {
  const kind = changetype<EventKind>(reserve(offsetof<EventKind>()));
  kind.known = known;
  kind.service = service;
  kind.calls = calls;
  kind.endsSpeech = endsSpeech;
  kind.group = group;
  kind.endsSpan = endsSpan;
  return kind;
}

/** The pair of names of an event of the request at hand. */
@inline export function pairAtPlace(place: i32): i32 {
  return <i32>load<u16>(outPairs + (<usize>place << 1));
}

/** The kind of an event of the request at hand. */
@inline export function kindAt(place: i32): EventKind {
  const pair = pairAtPlace(place);
  const kind = changetype<EventKind>(<usize>load<u32>(kinds + (<usize>pair << 2)));
  return changetype<usize>(kind) != 0 ? kind : learnKind(pair);
}

function learnKind(pair: i32): EventKind {
  const kind = describePair(pair);
  store<u32>(kinds + (<usize>pair << 2), <u32>changetype<usize>(kind));
  return kind;
}

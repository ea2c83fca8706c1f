/** The exchanges between services in the request at hand, as `findExchanges` finds them. */
import { reserve } from "../../event/scanner/assembly/memory.ts";
import { ClockPair, PlannedExchange } from "./clocks.ts";
import { kindAt } from "./event_kinds.ts";
import { firstOf, onlyOne } from "./event_places.ts";
import { room } from "./plan_room.ts";
import { firstEnd, firstStart, SpanDefinition } from "./span_pairs.ts";

/** A hand-off from one service to another. */
@unmanaged class Hop {
  next: Hop;
  /** Its events, by the span of the catalogue. */
  span: SpanDefinition;
  number: i32;
  /** The known name of the answer that there is to it; -1 for none. */
  answer: i32;
  // The services between which it went last, and where these are compared.
  from: i32;
  to: i32;
  pair: ClockPair;
}

const nobody: i32 = 0;

let first: Hop = changetype<Hop>(0);
let last: Hop = changetype<Hop>(0);

/** Asks the host where two services are compared; none if there are too many to look at. */
@external("host", "pairServices") declare function pairServices(from: i32, to: i32): ClockPair;

/** Forgets all hops. */
export function forgetHops(): void {
  first = last = changetype<Hop>(0);
}

/** Adds a hand-off, behind those that are there. */
export function addHop(span: SpanDefinition, number: i32, answer: i32): void {
  const hop = changetype<Hop>(reserve(offsetof<Hop>()));
  hop.next = changetype<Hop>(0);
  hop.span = span;
  hop.number = number;
  hop.answer = answer;
  hop.from = hop.to = nobody;
  if (changetype<usize>(last) == 0) first = hop;
  else last.next = hop;
  last = hop;
}

/** Puts the exchanges into the plan; returns how many there are. */
export function putExchanges(events: i32): i32 {
  let count = 0;
  for (let hop = first; changetype<usize>(hop) != 0; hop = hop.next) {
    const cause = onlyOne(firstStart(hop.span)), effect = onlyOne(firstEnd(hop.span));
    if (cause < 0 || effect < 0) continue;
    const pair = pairOf(hop, kindAt(cause).service, kindAt(effect).service);
    if (changetype<usize>(pair) == 0) continue;
    const exchange = changetype<PlannedExchange>(room(offsetof<PlannedExchange>()));
    exchange.pair = pair;
    exchange.hopCause = cause;
    exchange.hopEffect = effect;
    findAnswer(hop, exchange, events);
    count++;
  }
  return count;
}

/** Where two services are compared; none for one alone, and for nobody. */
function pairOf(hop: Hop, from: i32, to: i32): ClockPair {
  if (from == to || from == nobody || to == nobody) return changetype<ClockPair>(0);
  if (from != hop.from || to != hop.to) {
    hop.from = from;
    hop.to = to;
    hop.pair = pairServices(from, to);
  }
  return hop.pair;
}

function findAnswer(hop: Hop, exchange: PlannedExchange, events: i32): void {
  exchange.answerCause = exchange.answerEffect = -1;
  const effect = onlyOne(firstOf(hop.answer));
  if (effect < 0 || kindAt(effect).service != hop.from) return;
  let cause = events - 1;
  while (cause >= 0 && !isWork(cause, hop)) cause--;
  exchange.answerCause = cause;
  exchange.answerEffect = effect;
}

function isWork(place: i32, hop: Hop): bool {
  const kind = kindAt(place);
  return kind.service == hop.to && ((kind.calls >> hop.number) & 1) != 0;
}

/** The events of one request, read out to be looked at: the one that is complete, mostly. */
import { reserve } from "../../event/scanner/assembly/memory.ts";
import { forgetOrder, orderOf, placeAt } from "./sort.ts";

/** Bytes that may be written behind each array. */
const margin: usize = 16;

/** Events that the arrays have room for. */
export let outCapacity: i32 = 0;
/** Their instants: float64, Unix seconds. */
export let outSeconds: usize = 0;
/** The host's numbers of their pairs of names: u16. */
export let outPairs: usize = 0;
/** What they have captured, by its place among all float64 of the memory: i32, -1 for nothing. */
export let outCaptures: usize = 0;

// As many again, to put them in order.
let spareSeconds: usize = 0;
let sparePairs: usize = 0;
let spareCaptures: usize = 0;

/** Begins with arrays of the usual size. */
export function forgetOut(): void {
  forgetOrder();
  growOut(256);
}

/** Makes room for so many events. */
export function growOut(capacity: i32): void {
  outCapacity = capacity;
  outSeconds = reserve((<usize>capacity << 3) + margin);
  outPairs = reserve((<usize>capacity << 1) + margin);
  outCaptures = reserve((<usize>capacity << 2) + margin);
  spareSeconds = reserve(<usize>capacity << 3);
  sparePairs = reserve(<usize>capacity << 1);
  spareCaptures = reserve(<usize>capacity << 2);
}

/** Puts the events in the order of time, equal times as they are. */
export function sortOut(count: i32): void {
  // They come nearly in order, so that moving the few that are late is quick; mostly.
  let budget = count * 8;
  for (let index = 1; index < count; index++) {
    const seconds = load<f64>(outSeconds + (<usize>index << 3));
    let to = index;
    while (to > 0 && load<f64>(outSeconds + (<usize>(to - 1) << 3)) > seconds) to--;
    if (to == index) continue;
    budget -= index - to;
    if (budget < 0) {
      mergeByTime(count);
      return;
    }
    insertAt<f64>(outSeconds, to, index);
    insertAt<u16>(outPairs, to, index);
    insertAt<i32>(outCaptures, to, index);
  }
}

/** Moves the element at `from` to `to`, and those between one further. */
@inline function insertAt<Element>(array: usize, to: i32, from: i32): void {
  const size = sizeof<Element>();
  const element = load<Element>(array + <usize>from * size);
  for (let at = from; at > to; at--) {
    store<Element>(array + <usize>at * size, load<Element>(array + <usize>(at - 1) * size));
  }
  store<Element>(array + <usize>to * size, element);
}

function mergeByTime(count: i32): void {
  const order = orderOf(outSeconds, count);
  for (let index = 0; index < count; index++) {
    const place = <usize>placeAt(order, index);
    const to = <usize>index;
    store<f64>(spareSeconds + (to << 3), load<f64>(outSeconds + (place << 3)));
    store<u16>(sparePairs + (to << 1), load<u16>(outPairs + (place << 1)));
    store<i32>(spareCaptures + (to << 2), load<i32>(outCaptures + (place << 2)));
  }
  const length = <usize>count;
  memory.copy(outSeconds, spareSeconds, length << 3);
  memory.copy(outPairs, sparePairs, length << 1);
  memory.copy(outCaptures, spareCaptures, length << 2);
}

/** The instant of an event. */
@inline export function secondsAt(place: i32): f64 {
  return load<f64>(outSeconds + (<usize>place << 3));
}

/** One of the numbers that an event has captured; NaN if it has captured none. */
@inline export function capturedAt(place: i32, index: i32): f64 {
  const capture = load<i32>(outCaptures + (<usize>place << 2));
  return capture < 0 ? NaN : load<f64>((<usize>capture + <usize>index) << 3);
}

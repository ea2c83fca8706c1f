/** Closed requests that wait for an open one that started before them, by start and id. */
import { reserve } from "../../event/scanner/assembly/memory.ts";
import { compareIds, Request } from "./request.ts";

/** How many there are. */
export let waitingCount: i32 = 0;

/** u32 each. */
let waiting: usize = 0;
let capacity: i32 = 0;

/** Forgets all waiting requests. */
export function forgetWaiting(): void {
  waitingCount = 0;
  capacity = 1024;
  waiting = reserve(<usize>capacity << 2);
}

/** Puts a closed request in its place. */
export function putWaiting(request: Request): void {
  if (waitingCount == capacity) {
    const larger = reserve(<usize>capacity << 3);
    memory.copy(larger, waiting, <usize>capacity << 2);
    waiting = larger;
    capacity *= 2;
  }
  let place = waitingCount++;
  // Mostly one of the last.
  for (let steps = 0; steps < 32 && isBehind(place, request); steps++) {
    setWaiting(place, waitingAt(place - 1));
    place--;
  }
  if (isBehind(place, request)) place = insertFar(request, place);
  setWaiting(place, request);
}

/** Makes room for a request somewhere before `end`; returns where. */
function insertFar(request: Request, end: i32): i32 {
  let from = 0;
  let to = end;
  while (from < to) {
    const middle = (from + to) >> 1;
    if (isBefore(request, waitingAt(middle))) to = middle;
    else from = middle + 1;
  }
  const at = waiting + (<usize>from << 2);
  memory.copy(at + 4, at, <usize>(end - from) << 2);
  return from;
}

/** Whether what stands before a place belongs behind a request. */
@inline function isBehind(place: i32, request: Request): bool {
  return place > 0 && isBefore(request, waitingAt(place - 1));
}

@inline function setWaiting(index: i32, request: Request): void {
  store<u32>(waiting + (<usize>index << 2), <u32>changetype<usize>(request));
}

/** One that waits, counted from the oldest. */
@inline export function waitingAt(index: i32): Request {
  return changetype<Request>(<usize>load<u32>(waiting + (<usize>index << 2)));
}

/** How many began before an instant. */
export function countBefore(seconds: f64): i32 {
  let count = 0;
  while (count < waitingCount && waitingAt(count).firstSeconds < seconds) count++;
  return count;
}

/** Takes the oldest out. */
export function dropWaiting(count: i32): void {
  waitingCount -= count;
  memory.copy(waiting, waiting + (<usize>count << 2), <usize>waitingCount << 2);
}

/** Orders requests that start together: the same however the events of several files interleave. */
@inline function isBefore(a: Request, b: Request): bool {
  if (a.firstSeconds != b.firstSeconds) return a.firstSeconds < b.firstSeconds;
  return compareIds(a, b) < 0;
}

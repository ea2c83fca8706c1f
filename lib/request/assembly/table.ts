/**
 * The request table: gathers events into requests by the rules of `RequestAssembler`, which works with
 * objects. One suite proves both.
 */
import { forgetBlocks, giveBack, taken } from "../../event/scanner/assembly/memory.ts";
import { appendEvent, forgetEvents, freeEvents, moveEvents, readEvents } from "./event_store.ts";
import { isMeasuring, measureRequest, stopMeasuring } from "./measure.ts";
import {
  arrive, bucketOf, findDue, forgetOpen, hashOf, idlest, oldestStart, open, openCount, ownerOf, remove,
  setFirst, setLast,
} from "./open_requests.ts";
import {
  forgetRequests, freeRequest, hasId, idStart, newRequest, nobody, notePlace, noteSession, Request,
} from "./request.ts";
import { isKeepingTurns, keepTurn, stopTurns } from "./turns.ts";
import {
  countBefore, dropWaiting, forgetWaiting, putWaiting, waitingAt, waitingCount,
} from "./waiting_requests.ts";

/** Events may stand up to this far from their place in time. */
let disorderSeconds: f64 = 60;
let idleSeconds: f64 = 0;
let openBound: i32 = 0;
let eventsBound: i32 = 0;
let waitingBound: i32 = 0;

/** How far memory was taken before there was a table. */
let emptyMark: usize = 0;

let closedEarlyCount: i32 = 0;
let completeCount: f64 = 0;
/** The host's number of the pair that stands for all further ones. */
const otherPair: i32 = 0;
let otherCount: f64 = 0;

let highestSeconds: f64 = 0;
let nextSweepSeconds: f64 = 0;
let placed: f64 = 0;

let handsOut: bool = false;

/**
 * Hands a complete request to the host: the number of its events, its id,
 * its session's JSON text.
 */
@external("host", "takeRequest") declare function takeRequest(
  events: i32, id: usize, idLength: i32, isWide: i32, session: usize, sessionLength: i32,
): void;

/**
 * Empties the table, and sets its rules: see `RequestAssembler` and `AssemblerBounds`. Events may bring
 * `captureWidth` numbers each; requests are told to the host if it wants them.
 */
export function openTable(
  idle: f64, disorder: f64, open: i32, events: i32, waiting: i32, captureWidth: i32, forHost: bool,
): void {
  if (emptyMark == 0) emptyMark = taken();
  else giveBack(emptyMark);
  forgetBlocks();
  forgetRequests();
  forgetEvents(captureWidth);
  stopMeasuring();
  stopTurns();
  handsOut = forHost;
  idleSeconds = idle;
  disorderSeconds = disorder;
  openBound = open;
  eventsBound = events;
  waitingBound = waiting;
  forgetOpen();
  forgetWaiting();
  closedEarlyCount = 0;
  highestSeconds = nextSweepSeconds = -Infinity;
  placed = otherCount = completeCount = 0;
}

/** Takes the next event, with what it has captured, if anything; returns its request. */
@inline export function take(
  now: f64, pair: i32, capture: i32, id0: u64, id1: u64, id: usize, idLength: i32, isWide: i32,
): Request {
  const isNewStretch = now < highestSeconds - idleSeconds - disorderSeconds;
  if (isNewStretch) nextSweepSeconds = -Infinity;
  if (isNewStretch || now > highestSeconds) highestSeconds = now;
  if (highestSeconds > nextSweepSeconds) sweep();
  const hash = hashOf(id0, id1, idLength);
  // The open request that the event belongs to, of several that were opened apart the first.
  let request: Request = nobody;
  let others = 0;
  for (let one = bucketOf(hash); one != nobody; one = one.sameBucket) {
    if (!hasId(one, id0, id1, id, idLength, isWide) || !isNear(one, now)) continue;
    if (request != nobody) others++;
    if (request == nobody || one.place < request.place) request = one;
  }
  if (others > 0 && request.count < eventsBound) joinOthers(request, now);
  if (request != nobody && request.count >= eventsBound) {
    closeEarly(request);
    request = nobody;
  }
  if (request != nobody) arrive(request);
  else {
    request = newRequest(id0, id1, id, idLength, isWide);
    request.place = placed;
    open(request, hash, now);
  }
  appendEvent(request, now, pair, capture, now < request.lastSeconds);
  if (now > request.lastSeconds) setLast(request, now);
  else if (now < request.firstSeconds) setFirst(request, now);
  placed++;
  if (pair == otherPair) otherCount++;
  if (openCount > openBound) closeEarly(idlest());
  return request;
}

/** Whether an open request lies within the idle window of an instant. */
@inline function isNear(request: Request, at: f64): bool {
  return at >= request.firstSeconds - idleSeconds && at <= request.lastSeconds + idleSeconds;
}

/**
 * Joins all other requests of a request's id near an instant to it, in the order of their opening: a late
 * event has bridged the silence between them, so they were one all along.
 */
function joinOthers(target: Request, now: f64): void {
  const id = idStart(target);
  while (true) {
    let other: Request = nobody;
    for (let one = bucketOf(target.hash); one != nobody; one = one.sameBucket) {
      const isOther = one != target && isNear(one, now) &&
        hasId(one, target.id0, target.id1, id, target.idLength, target.isWide);
      if (isOther && (other == nobody || one.place < other.place)) other = one;
    }
    if (other == nobody) return;
    moveEvents(other, target);
    setFirst(target, min(target.firstSeconds, other.firstSeconds));
    setLast(target, max(target.lastSeconds, other.lastSeconds));
    notePlace(target, other.fromByte, other.toByte);
    if (other.session != 0) {
      noteSession(target, other.session, other.sessionLength, other.sessionSeconds);
    }
    remove(other);
    freeRequest(other);
  }
}

/** Closes what has been idle for long enough, and plans the next look. */
function sweep(): void {
  const wait = idleSeconds + disorderSeconds;
  let slot = 0;
  while (true) {
    slot = findDue(highestSeconds, wait, slot);
    if (slot == openCount) break;
    // Another takes its slot, which is looked at next.
    close(ownerOf(slot));
  }
  // A mark on a grid of time, as `nextSweep()` in bounds.ts has it.
  const pace = wait / 16;
  nextSweepSeconds = (Math.floor(highestSeconds / pace) + 1) * pace;
  release();
}

function closeEarly(request: Request): void {
  closedEarlyCount++;
  close(request);
  if (waitingCount > waitingBound) release();
}

function close(request: Request): void {
  remove(request);
  putWaiting(request);
}

/** Hands out closed requests, oldest first, as far as no open one started before or with them. */
function release(): void {
  if (waitingCount == 0) return;
  const due = countBefore(oldestStart());
  // Half at once, as every look at all that is open has its price.
  const surplus = waitingCount > waitingBound ? waitingCount - (waitingBound >> 1) : 0;
  const ready = max(due, surplus);
  for (let index = 0; index < ready; index++) {
    const request = waitingAt(index);
    handOut(request);
    freeEvents(request);
    freeRequest(request);
  }
  dropWaiting(ready);
}

function handOut(request: Request): void {
  completeCount++;
  const events = readEvents(request);
  if (isMeasuring) measureRequest(events);
  if (isKeepingTurns) keepTurn(request, events);
  if (!handsOut) return;
  takeRequest(
    events, idStart(request), request.idLength, request.isWide,
    request.session, request.sessionLength,
  );
}

/** Closes and hands out all that is left. */
export function endTable(): void {
  while (openCount > 0) close(idlest());
  release();
}

/** The highest timestamp of the stretch of time at hand. */
export function highest(): f64 {
  return highestSeconds;
}

/** Beyond which instant it is looked next for requests that are due. */
export function nextSweep(): f64 {
  return nextSweepSeconds;
}

/** Requests closed before their time because a bound was reached. */
export function closedEarly(): i32 {
  return closedEarlyCount;
}

/** Requests that are complete. */
export function completeRequests(): f64 {
  return completeCount;
}

/** Events of the pair that stands for all further ones. */
export function otherEvents(): f64 {
  return otherCount;
}

/** Whether a request that began before one instant may go on with events from another on. */
export function mayContinue(beforeSeconds: f64, fromSeconds: f64): bool {
  const reach = idleSeconds + disorderSeconds;
  for (let slot = 0; slot < openCount; slot++) {
    const one = ownerOf(slot);
    if (one.firstSeconds < beforeSeconds && one.lastSeconds + reach >= fromSeconds) return true;
  }
  return false;
}

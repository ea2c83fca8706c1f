/**
 * The open requests: found by their ids, known in the order of their last arrival, and with their times
 * side by side, as these are looked at again and again.
 */
import { reserve } from "../../event/scanner/assembly/memory.ts";
import { Request } from "./request.ts";

/** How many there are. */
export let openCount: i32 = 0;

/** A ring in the order of the last arrival: behind this, which is none, the one idle longest. */
const ring = changetype<Request>(memory.data(256, 16));

/** Chains of requests by their ids. */
let buckets: usize = 0;
let bucketCount: u32 = 0;

// Each open request has a slot, the slots are without holes: starts and last events (f64), whose (u32).
let slotCapacity: i32 = 0;
let starts: usize = 0;
let lasts: usize = 0;
let owners: usize = 0;

/** Forgets all open requests. */
export function forgetOpen(): void {
  ring.earlier = ring.later = ring;
  openCount = slotCapacity = 0;
  growSlots(1024);
  newBuckets(4096);
}

/** Opens a request at an instant. */
export function open(request: Request, hash: u32, now: f64): void {
  if (<u32>openCount * 2 > bucketCount) newBuckets(bucketCount * 2);
  if (openCount == slotCapacity) growSlots(slotCapacity * 2);
  request.hash = hash;
  putInBucket(request);
  link(request);
  request.slot = openCount++;
  store<u32>(owners + (<usize>request.slot << 2), <u32>changetype<usize>(request));
  setFirst(request, now);
  setLast(request, now);
}

/** Takes an open request out. */
export function remove(request: Request): void {
  unlink(request);
  openCount--;
  const slot = request.slot;
  if (slot != openCount) {
    const moved = ownerOf(openCount);
    moved.slot = slot;
    store<u32>(owners + (<usize>slot << 2), <u32>changetype<usize>(moved));
    setFirst(moved, moved.firstSeconds);
    setLast(moved, moved.lastSeconds);
  }
  let one = bucketOf(request.hash);
  if (one == request) {
    setBucket(request.hash, request.sameBucket);
    return;
  }
  while (one.sameBucket != request) one = one.sameBucket;
  one.sameBucket = request.sameBucket;
}

/** The one whose last arrival is longest ago; there must be one. */
export function idlest(): Request {
  return ring.later;
}

/** Puts an open request last in the order of arrival. */
@inline export function arrive(request: Request): void {
  unlink(request);
  link(request);
}

/** Sets the instant of a request's first event. */
@inline export function setFirst(request: Request, seconds: f64): void {
  request.firstSeconds = seconds;
  store<f64>(starts + (<usize>request.slot << 3), seconds);
}

/** Sets the instant of a request's last event. */
@inline export function setLast(request: Request, seconds: f64): void {
  request.lastSeconds = seconds;
  store<f64>(lasts + (<usize>request.slot << 3), seconds);
}

/** Some open request that `wait` seconds after its last event is past by `now`; nobody if there is none. */
export function findDue(now: f64, wait: f64, from: i32): i32 {
  const nows = f64x2.splat(now);
  const waits = f64x2.splat(wait);
  let slot = from;
  for (; slot + 2 <= openCount; slot += 2) {
    const ends = f64x2.add(v128.load(lasts + (<usize>slot << 3)), waits);
    if (v128.any_true(f64x2.gt(nows, ends))) break;
  }
  while (slot < openCount && !(now > load<f64>(lasts + (<usize>slot << 3)) + wait)) slot++;
  return slot;
}

/** The request of a slot. */
@inline export function ownerOf(slot: i32): Request {
  return changetype<Request>(<usize>load<u32>(owners + (<usize>slot << 2)));
}

/** When the oldest of them began; infinity if there are none. */
export function oldestStart(): f64 {
  let oldest = f64x2.splat(Infinity);
  let slot = 0;
  for (; slot + 2 <= openCount; slot += 2) {
    oldest = f64x2.pmin(oldest, v128.load(starts + (<usize>slot << 3)));
  }
  let least = min(f64x2.extract_lane(oldest, 0), f64x2.extract_lane(oldest, 1));
  if (slot < openCount) least = min(least, load<f64>(starts + (<usize>slot << 3)));
  return least;
}

/** What an id is found by: its first words and its length. */
@inline export function hashOf(id0: u64, id1: u64, length: i32): u32 {
  let hash = (id0 ^ <u64>length) * 0x9e3779b97f4a7c15;
  hash = (hash ^ (hash >> 32) ^ id1) * 0xff51afd7ed558ccd;
  return <u32>(hash >> 32);
}

/** The first of the chain in which a request of that hash stands; each leads to the next. */
@inline export function bucketOf(hash: u32): Request {
  return changetype<Request>(<usize>load<u32>(buckets + (<usize>(hash & (bucketCount - 1)) << 2)));
}

@inline function setBucket(hash: u32, request: Request): void {
  store<u32>(buckets + (<usize>(hash & (bucketCount - 1)) << 2), <u32>changetype<usize>(request));
}

@inline function putInBucket(request: Request): void {
  request.sameBucket = bucketOf(request.hash);
  setBucket(request.hash, request);
}

/** Puts all open requests into that many buckets. */
function newBuckets(count: u32): void {
  bucketCount = count;
  buckets = reserve(<usize>count << 2);
  memory.fill(buckets, 0, <usize>count << 2);
  for (let slot = 0; slot < openCount; slot++) putInBucket(ownerOf(slot));
}

function growSlots(capacity: i32): void {
  const used = <usize>openCount;
  starts = moved(starts, used << 3, <usize>capacity << 3);
  lasts = moved(lasts, used << 3, <usize>capacity << 3);
  owners = moved(owners, used << 2, <usize>capacity << 2);
  slotCapacity = capacity;
}

function moved(from: usize, used: usize, bytes: usize): usize {
  const to = reserve(bytes);
  memory.copy(to, from, used);
  return to;
}

@inline function link(request: Request): void {
  const latest = ring.earlier;
  request.earlier = latest;
  request.later = ring;
  latest.later = request;
  ring.earlier = request;
}

@inline function unlink(request: Request): void {
  const earlier = request.earlier, later = request.later;
  earlier.later = later;
  later.earlier = earlier;
}

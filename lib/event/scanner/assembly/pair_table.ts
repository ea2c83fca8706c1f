/**
 * Numbers for the pairs of service and event name that lines bring: open addressing, the bytes of all
 * names in one arena. What is full stays as it is: lines with further names are odd.
 */
import { reserve, slack } from "./memory.ts";
import { isSame, passName } from "./text.ts";

const maxPairs: i32 = 16384;
const slots: u32 = 32768;
const arenaBytes: i32 = 1 << 20;

/** A pair; the host reads the first three. */
@unmanaged export class Pair {
  /** Where the service stands, and right behind it the event name. */
  names: u32;
  serviceLength: i32;
  eventLength: i32;
  hash: u32;
  /** The number by which the host knows it; -1 until it was asked. */
  number: i32;
}

const pairBytes = offsetof<Pair>();

let slotsAt: usize = 0;
let pairsAt: usize = 0;
let arenaAt: usize = 0;
let pairCount: i32 = 0;
let arenaUsed: i32 = 0;

/** Makes room for the table. */
export function initializePairs(): void {
  slotsAt = reserve(<usize>slots * 4);
  memory.fill(slotsAt, 0, <usize>slots * 4);
  pairsAt = reserve(<usize>maxPairs * pairBytes);
  arenaAt = reserve(<usize>arenaBytes + slack);
}

/** A pair by its number. */
@inline export function pairAt(pair: i32): Pair {
  return changetype<Pair>(pairsAt + <usize>pair * pairBytes);
}

/** Where a pair stands, for the host. */
export function pairEntry(pair: i32): usize {
  return changetype<usize>(pairAt(pair));
}

/** How many pairs have been met. */
export function pairsMet(): i32 {
  return pairCount;
}

/** Bytes of the names of all pairs met. */
export function pairNameBytes(): i32 {
  return arenaUsed;
}

/** Forgets the host's numbers of all pairs. */
export function forgetPairNumbers(): void {
  for (let pair = 0; pair < pairCount; pair++) pairAt(pair).number = -1;
}

/**
 * The number of a service and event name; -1 if the table is full, or if one of them is no plain name
 * that ends with a quote where its length says.
 */
export function internPair(service: usize, serviceLength: i32, event: usize, eventLength: i32): i32 {
  const hash = hashOf(service, serviceLength, event, eventLength);
  let slot = hash & (slots - 1);
  while (true) {
    const number = load<i32>(slotsAt + (<usize>slot << 2)) - 1;
    if (number < 0) return addPair(slot, hash, service, serviceLength, event, eventLength);
    const pair = pairAt(number);
    if (
      pair.hash == hash &&
      pair.serviceLength == serviceLength &&
      pair.eventLength == eventLength &&
      isSame(<usize>pair.names, service, serviceLength) &&
      isSame(<usize>pair.names + <usize>serviceLength, event, eventLength)
    ) {
      return number;
    }
    slot = (slot + 1) & (slots - 1);
  }
}

function addPair(slot: u32, hash: u32, service: usize, serviceLength: i32, event: usize, eventLength: i32): i32 {
  if (pairCount >= maxPairs || arenaUsed + serviceLength + eventLength > arenaBytes) return -1;
  if (!isName(service, serviceLength) || !isName(event, eventLength)) return -1;
  const names = arenaAt + <usize>arenaUsed;
  memory.copy(names, service, <usize>serviceLength);
  memory.copy(names + <usize>serviceLength, event, <usize>eventLength);
  arenaUsed += serviceLength + eventLength;
  const pair = pairAt(pairCount);
  pair.names = <u32>names;
  pair.serviceLength = serviceLength;
  pair.eventLength = eventLength;
  pair.hash = hash;
  pair.number = -1;
  store<i32>(slotsAt + (<usize>slot << 2), ++pairCount);
  return pairCount - 1;
}

@inline function isName(at: usize, length: i32): bool {
  const end = at + <usize>length;
  return passName(at, end + 1) == end;
}

/** From the ends and the middle of the event name, which is where names differ, and both lengths. */
@inline function hashOf(service: usize, serviceLength: i32, event: usize, eventLength: i32): u32 {
  let hash = (<u64>serviceLength << 32) | <u64>eventLength;
  if (eventLength >= 8) {
    hash ^= load<u64>(event) * 0x9e3779b97f4a7c15;
    hash ^= load<u64>(event + <usize>(eventLength - 8)) * 0xff51afd7ed558ccd;
    hash ^= load<u64>(event + <usize>((eventLength - 8) >> 1)) * 0xc4ceb9fe1a85ec53;
  } else {
    for (let at = 0; at < eventLength; at++) hash = hash * 31 + <u64>load<u8>(event + <usize>at);
  }
  if (serviceLength > 0) hash += <u64>load<u8>(service) << 40;
  hash ^= hash >> 29;
  hash *= 0xbf58476d1ce4e5b9;
  return <u32>(hash >> 32);
}

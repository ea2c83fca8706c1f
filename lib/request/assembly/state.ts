/**
 * All that decides how the table takes the events to come, and what it hands out when: written out as
 * bytes, for the host to compare with what another table would write.
 */
import { reserve } from "../../event/scanner/assembly/memory.ts";
import { captureWidth, readEvents } from "./event_store.ts";
import { idlest, openCount } from "./open_requests.ts";
import { outCaptures, outPairs, outSeconds } from "./out_events.ts";
import { idStart, Request } from "./request.ts";
import { highest, nextSweep } from "./table.ts";
import { waitingAt, waitingCount } from "./waiting_requests.ts";

const roomBytes: usize = 64 * 1024;
const maxPairs: usize = 16384;

/** Where bytes wait to be taken, and how many there are. */
let room: usize = 0;
let used: usize = 0;

/** Numbers for the pairs met here, in the order of meeting (u16, counted from 1); 0 for none. */
let pairNumbers: usize = 0;
let pairsMet: i32 = 0;

/** Which event of the log began the request that was written first. */
let firstPlace: f64 = NaN;

/** Gives the host some bytes of the state. */
@external("host", "takeState") declare function takeState(at: usize, length: usize): void;

/** Tells the host of a pair (its own number) that is met first. */
@external("host", "meetPair") declare function meetPair(pair: i32): void;

/** Writes the state out: every open request, the one idle longest first, and all that wait. */
export function writeState(): void {
  // Taken for good: a table is asked once or twice.
  room = reserve(roomBytes);
  pairNumbers = reserve(maxPairs << 1);
  memory.fill(pairNumbers, 0, maxPairs << 1);
  used = 0;
  pairsMet = 0;
  firstPlace = NaN;
  putNumber(highest());
  putNumber(nextSweep());
  let request = idlest();
  for (let left = openCount; left > 0; left--) {
    putRequest(request, true);
    request = request.later;
  }
  for (let index = 0; index < waitingCount; index++) putRequest(waitingAt(index), false);
  flush();
}

function putRequest(request: Request, isOpen: bool): void {
  if (isNaN(firstPlace)) firstPlace = request.place;
  const count = readEvents(request);
  putInteger(i32(isOpen));
  putInteger(count);
  putInteger(request.idLength);
  putInteger(request.isWide);
  putBytes(idStart(request), <usize>request.idLength);
  // Where tables have begun differs, how far events stand apart does not.
  putNumber(request.place - firstPlace);
  putNumber(request.firstSeconds);
  putNumber(request.lastSeconds);
  putNumber(request.fromByte);
  putNumber(request.toByte);
  if (request.session != 0) {
    putInteger(request.sessionLength);
    putBytes(request.session, <usize>request.sessionLength);
    putNumber(request.sessionSeconds);
  } else putInteger(0);
  for (let place = 0; place < count; place++) putEvent(<usize>place);
}

function putEvent(place: usize): void {
  putNumber(load<f64>(outSeconds + (place << 3)));
  putInteger(numberOf(<i32>load<u16>(outPairs + (place << 1))));
  const capture = load<i32>(outCaptures + (place << 2));
  putInteger(i32(capture >= 0));
  if (capture < 0) return;
  for (let index = 0; index < captureWidth; index++) {
    putNumber(load<f64>((<usize>capture + <usize>index) << 3));
  }
}

function numberOf(pair: i32): i32 {
  const at = pairNumbers + (<usize>pair << 1);
  const known = <i32>load<u16>(at);
  if (known != 0) return known;
  store<u16>(at, <u16>++pairsMet);
  meetPair(pair);
  return pairsMet;
}

@inline function putInteger(value: i32): void {
  if (used + 4 > roomBytes) flush();
  store<i32>(room + used, value);
  used += 4;
}

@inline function putNumber(value: f64): void {
  if (used + 8 > roomBytes) flush();
  // A number that is missing has more than one spelling; where one may be missing none is infinite.
  store<f64>(room + used, isNaN(value) ? Infinity : value);
  used += 8;
}

/** Bytes that may be more than there is room for. */
function putBytes(from: usize, length: usize): void {
  if (used + length > roomBytes) flush();
  if (length > roomBytes) {
    takeState(from, length);
    return;
  }
  memory.copy(room + used, from, length);
  used += length;
}

function flush(): void {
  takeState(room, used);
  used = 0;
}

/** Requests that are gathered: one block of memory each, reused when a request is done. */
import { giveBlock, reserve, takeBlock } from "../../event/scanner/assembly/memory.ts";
import { isSame, quote } from "../../event/scanner/assembly/text.ts";

/** Bytes of an id that are kept in the request itself. */
const shortIdBytes: i32 = 16;

/** A request whose events are arriving, or one that is closed and waits to be handed out. */
@unmanaged export class Request {
  firstSeconds: f64;
  lastSeconds: f64;
  /** Which event of the log began it. */
  place: f64;
  /** The id's first 16 bytes, zeros behind its end. */
  id0: u64;
  id1: u64;
  idLength: i32;
  /** 1 if the id is UTF-16, as it is not plain ASCII. */
  isWide: i32;
  /** A block with the whole id if it is longer than 16 bytes. */
  longId: usize;
  // While it is open; see `open_requests`.
  hash: u32;
  slot: i32;
  sameBucket: Request;
  earlier: Request;
  later: Request;
  /** Chunks of events; see `event_store`. */
  head: usize;
  tail: usize;
  count: i32;
  /** 1 once an event came before one that is there already. */
  isDisordered: i32;
  /** A block with the JSON text of the first non-empty session_id in time; 0 for none. */
  session: usize;
  sessionLength: i32;
  sessionSeconds: f64;
  /** Where in the log its lines begin and end; NaN if that is unknown of one of them. */
  fromByte: f64;
  toByte: f64;
}

/** No request. */
export const nobody: Request = changetype<Request>(0);

let freeRequests: Request = nobody;

/** Forgets all requests. */
export function forgetRequests(): void {
  freeRequests = nobody;
}

/** A request of the id that stands at `id`, with nothing else in it. */
export function newRequest(id0: u64, id1: u64, id: usize, length: i32, isWide: i32): Request {
  let request = freeRequests;
  if (request == nobody) request = changetype<Request>(reserve(offsetof<Request>()));
  else freeRequests = request.later;
  request.head = request.tail = 0;
  request.count = request.isDisordered = 0;
  request.session = request.longId = 0;
  request.sessionLength = 0;
  request.fromByte = Infinity;
  request.toByte = -Infinity;
  request.id0 = id0;
  request.id1 = id1;
  request.idLength = length;
  request.isWide = isWide;
  if (length > shortIdBytes) {
    request.longId = takeBlock(length);
    memory.copy(request.longId, id, <usize>length);
  }
  return request;
}

/** Gives back a request, but not its events. */
export function freeRequest(request: Request): void {
  if (request.longId != 0) giveBlock(request.longId, request.idLength);
  if (request.session != 0) giveBlock(request.session, request.sessionLength);
  request.later = freeRequests;
  freeRequests = request;
}

/** Whether the id that stands at `id` is that of a request. */
@inline export function hasId(request: Request, id0: u64, id1: u64, id: usize, length: i32, isWide: i32): bool {
  return request.id0 == id0 && request.id1 == id1 && request.idLength == length &&
    request.isWide == isWide && (length <= shortIdBytes || isSame(request.longId, id, length));
}

/** Where a request's id stands. */
export function idStart(request: Request): usize {
  return request.longId != 0 ? request.longId : changetype<usize>(request) + offsetof<Request>("id0");
}

/** Notes where in the log one of a request's lines begins and ends; NaN, as nobody knows, stays. */
@inline export function notePlace(request: Request, from: f64, to: f64): void {
  request.fromByte = min(request.fromByte, from);
  request.toByte = max(request.toByte, to);
}

/** Compares ids by code units, as text is compared: below, at, or above 0. */
export function compareIds(a: Request, b: Request): i32 {
  const startA = idStart(a), startB = idStart(b);
  const lengthA = a.idLength >> a.isWide, lengthB = b.idLength >> b.isWide;
  const length = min(lengthA, lengthB);
  for (let at = 0; at < length; at++) {
    const differs = unitAt(startA, a.isWide, at) - unitAt(startB, b.isWide, at);
    if (differs != 0) return differs;
  }
  return lengthA - lengthB;
}

@inline function unitAt(id: usize, isWide: i32, at: i32): i32 {
  return isWide != 0 ? <i32>load<u16>(id + (<usize>at << 1)) : <i32>load<u8>(id + <usize>at);
}

/** Keeps a session's JSON text if it is a string that is not empty, and earlier than what is known. */
export function noteSession(request: Request, text: usize, length: i32, seconds: f64): void {
  if (length <= 2 || load<u8>(text) != quote) return;
  if (request.session != 0) {
    if (request.sessionSeconds <= seconds) return;
    giveBlock(request.session, request.sessionLength);
  }
  request.session = takeBlock(length);
  request.sessionLength = length;
  request.sessionSeconds = seconds;
  memory.copy(request.session, text, <usize>length);
}

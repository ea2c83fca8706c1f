/**
 * Which conversation a request belongs to. The host knows what conversations there are; it is asked once for
 * each text of a session_id, as long as there are not too many.
 */
import { reserve } from "../../event/scanner/assembly/memory.ts";
import { isSame, wordOf } from "../../event/scanner/assembly/text.ts";
import { Request } from "./request.ts";
import { TurnRow } from "./turn_row.ts";

/** Which conversation the text of a session_id means. */
@unmanaged class KnownSession {
  next: KnownSession;
  hash: u32;
  length: i32;
  number: i32;
}

const bucketCount: u32 = 16384;
/** Longer texts are not remembered, nor further ones. */
const mostText: i32 = 256;
const mostKnown: i32 = 131072;

/**
 * Asks the host for the conversation of the row at hand: its number, or -1 less that number if it must be
 * asked again. Without a session the length is 0.
 */
@external("host", "placeTurn") declare function placeTurn(row: TurnRow, session: usize, length: i32, end: f64): i32;
let buckets: usize = 0;
let known: i32 = 0;
/** The conversation of all requests without a session, if that is one. */
let unnamed: i32 = -1;

/** Forgets all conversations. */
export function forgetSessions(): void {
  buckets = reserve(<usize>bucketCount << 2);
  memory.fill(buckets, 0, <usize>bucketCount << 2);
  known = 0;
  unnamed = -1;
}

/** The host's number of the conversation of a request, whose turn is at hand. */
export function sessionOf(request: Request, row: TurnRow): i32 {
  const text = request.session, length = request.sessionLength;
  if (length == 0) {
    if (unnamed >= 0) return unnamed;
    const placed = placeTurn(row, 0, 0, request.lastSeconds);
    if (placed >= 0) unnamed = placed;
    return placed >= 0 ? placed : -1 - placed;
  }
  const hash = hashOf(text, length);
  const bucket = buckets + (<usize>(hash & (bucketCount - 1)) << 2);
  const newest = changetype<KnownSession>(<usize>load<u32>(bucket));
  for (let one = newest; changetype<usize>(one) != 0; one = one.next) {
    if (one.hash == hash && one.length == length && isSame(textOf(one), text, length)) return one.number;
  }
  const placed = placeTurn(row, text, length, request.lastSeconds);
  if (placed < 0) return -1 - placed;
  if (length <= mostText && known < mostKnown) {
    known++;
    const one = changetype<KnownSession>(reserve(offsetof<KnownSession>() + <usize>length + 8));
    one.next = newest;
    one.hash = hash;
    one.length = length;
    one.number = placed;
    memory.copy(textOf(one), text, <usize>length);
    store<u32>(bucket, <u32>changetype<usize>(one));
  }
  return placed;
}

@inline function textOf(session: KnownSession): usize {
  return changetype<usize>(session) + offsetof<KnownSession>();
}

function hashOf(text: usize, length: i32): u32 {
  let hash: u64 = <u64>length;
  for (let at = 0; at < length; at += 8) {
    hash = (hash ^ wordOf(text + <usize>at, length - at)) * 0x9e3779b97f4a7c15;
    hash ^= hash >> 32;
  }
  return <u32>hash;
}

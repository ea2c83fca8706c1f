/**
 * What the host is told of the request at hand, beside what is counted of it: its spans and gaps, in the order
 * in which the plain rules list them, and the rows of its ledger. One list serves for all requests.
 */
import { reserve } from "../../event/scanner/assembly/memory.ts";

/** A stretch of time that is told. The host knows this layout. */
@unmanaged class Told {
  start: f64;
  end: f64;
  /** The host's number of its name, or of a row's key. */
  number: i32;
}

/** From one to the next, so that each begins at a whole word of eight bytes. */
const toldBytes: usize = 24;

const leastRoom: i32 = 256;

/** Whether spans and gaps are told. */
export let isTelling: bool = false;
/** Where the list stands. */
export let toldStart: usize = 0;
/** How long it is. */
export let toldCount: i32 = 0;
let capacity: i32 = 0;

/** Tells nothing of requests. */
export function stopTelling(): void {
  isTelling = false;
  capacity = 0;
  toldCount = 0;
}

/** Tells the spans and gaps of all requests from now on. */
export function tellStretches(): void {
  isTelling = true;
}

/** Begins with the next request. */
@inline export function forgetTold(): void {
  toldCount = 0;
}

/** Tells a stretch of time. */
export function tell(start: f64, end: f64, number: i32): void {
  if (toldCount == capacity) grow();
  const told = changetype<Told>(toldStart + <usize>(toldCount++) * toldBytes);
  told.start = start;
  told.end = end;
  told.number = number;
}

function grow(): void {
  capacity = max(capacity * 2, leastRoom);
  const larger = reserve(<usize>capacity * toldBytes);
  memory.copy(larger, toldStart, <usize>toldCount * toldBytes);
  toldStart = larger;
}

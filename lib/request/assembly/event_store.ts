/**
 * The events of gathered requests: a list of chunks for each request, chunks and captured numbers
 * reused when a request is done. 15 bytes an event in chunks of 32, and 8 bytes a captured number.
 */
import { reserve } from "../../event/scanner/assembly/memory.ts";
import {
  forgetOut, growOut, outCapacity, outCaptures, outPairs, outSeconds, sortOut,
} from "./out_events.ts";
import { Request } from "./request.ts";

const chunkEvents: i32 = 32;

// Offsets within a chunk.
const atSeconds: usize = 0; // f64 an event
const atPairs: usize = 256; // u16 an event
const atCaptures: usize = 320; // i32 an event
const atNext: usize = 448; // u32
const chunkBytes: usize = 464;
const captureBytes = atNext - atCaptures;

/** No numbers were captured. */
export const noCapture: i32 = -1;

let freeChunk: usize = 0;
let freeCapture: usize = 0;
/** Numbers that a capture has room for. */
export let captureWidth: i32 = 0;

/** Forgets all events; from now on captures hold so many numbers. */
export function forgetEvents(width: i32): void {
  freeChunk = 0;
  freeCapture = 0;
  captureWidth = width;
  forgetOut();
}

/** Adds an event; `isLate` says that it comes before one that is there already. */
@inline export function appendEvent(request: Request, seconds: f64, pair: i32, capture: i32, isLate: bool): void {
  const within = request.count & (chunkEvents - 1);
  if (within == 0) addChunk(request);
  const at = <usize>within;
  store<f64>(request.tail + (at << 3), seconds, atSeconds);
  store<u16>(request.tail + (at << 1), <u16>pair, atPairs);
  store<i32>(request.tail + (at << 2), capture, atCaptures);
  request.count++;
  request.isDisordered |= i32(isLate);
}

/** Makes room for the numbers of one event; returns its place among all float64 of the memory. */
export function newCapture(): i32 {
  let capture = freeCapture;
  if (capture == 0) capture = reserve(<usize>max(captureWidth, 1) << 3);
  else freeCapture = <usize>load<u32>(capture);
  return <i32>(capture >> 3);
}

/** Moves all events of one request behind those of another. */
export function moveEvents(from: Request, to: Request): void {
  const count = readEvents(from);
  for (let index = 0; index < count; index++) {
    const at = <usize>index;
    appendEvent(
      to,
      load<f64>(outSeconds + (at << 3)),
      <i32>load<u16>(outPairs + (at << 1)),
      load<i32>(outCaptures + (at << 2)),
      true,
    );
  }
  giveChunks(from);
}

/** Reads a request's events out, ordered by time, equal times in the order in which they came. */
export function readEvents(request: Request): i32 {
  const count = request.count;
  if (count > outCapacity) growOut(count * 2);
  let chunk = request.head;
  for (let to = 0; to < count; to += chunkEvents) {
    const at = <usize>to;
    const length = <usize>min(chunkEvents, count - to);
    copy16(outSeconds + (at << 3), chunk + atSeconds, length << 3);
    copy16(outPairs + (at << 1), chunk + atPairs, length << 1);
    copy16(outCaptures + (at << 2), chunk + atCaptures, length << 2);
    chunk = <usize>load<u32>(chunk, atNext);
  }
  if (request.isDisordered != 0) sortOut(count);
  return count;
}

/** Copies bytes in steps of sixteen, for which both sides have room; few are sooner copied than asked for. */
@inline function copy16(to: usize, from: usize, bytes: usize): void {
  for (let at: usize = 0; at < bytes; at += 16) v128.store(to + at, v128.load(from + at));
}

/** Gives back what a request's events took. */
export function freeEvents(request: Request): void {
  let chunk = request.head;
  for (let left = request.count; left > 0; left -= chunkEvents) {
    for (let at: usize = 0; at < captureBytes; at += 16) {
      const captures = v128.load(chunk + at, atCaptures);
      // Mostly there are none.
      if (i32x4.bitmask(captures) != 0xf) freeCaptures(chunk + at);
    }
    chunk = <usize>load<u32>(chunk, atNext);
  }
  giveChunks(request);
}

/** Gives back what four events have captured. */
function freeCaptures(four: usize): void {
  for (let at: usize = 0; at < 16; at += 4) {
    const capture = load<i32>(four + at, atCaptures);
    if (capture == noCapture) continue;
    store<u32>(<usize>capture << 3, <u32>freeCapture);
    freeCapture = <usize>capture << 3;
  }
}

function giveChunks(request: Request): void {
  if (request.tail == 0) return;
  store<u32>(request.tail, <u32>freeChunk, atNext);
  freeChunk = request.head;
  request.head = 0;
  request.tail = 0;
  request.count = 0;
}

function addChunk(request: Request): void {
  let chunk = freeChunk;
  if (chunk == 0) chunk = reserve(chunkBytes);
  else freeChunk = <usize>load<u32>(chunk, atNext);
  if (request.tail == 0) request.head = chunk;
  else store<u32>(request.tail, <u32>chunk, atNext);
  request.tail = chunk;
  for (let at: usize = 0; at < captureBytes; at += 16) {
    v128.store(chunk + at, i32x4.splat(noCapture), atCaptures);
  }
}

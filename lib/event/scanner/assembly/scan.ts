/**
 * The line scanner: walks a block of log bytes and reads every line it can without making a string or
 * an object. Written in AssemblyScript, compiled to WebAssembly.
 *
 * Strict: every byte of a line is checked, metadata included. A line that deviates from what can be
 * read here becomes an `odd` record that holds only its place, for `readOdd` or the exact path to read. So
 * what comes out here is what JSON.parse would say.
 *
 * The host writes bytes at `inputStart()` and calls `scan`; records are read from `records()`.
 */
import { readCanonical } from "./canonical_line.ts";
import { initializeEscaped } from "./escaped_line.ts";
import { readLoose } from "./loose_line.ts";
import { reserve, slack } from "./memory.ts";
import { initializePairs } from "./pair_table.ts";
import { LineRecord, recordBytes } from "./record.ts";
import { findNewline } from "./text.ts";

const maxRecords: i32 = 256;

let inputAt: usize = 0;
let recordsAt: usize = 0;
let consumedBytes: i32 = 0;
let maxLineBytes: i32 = 0;

/** Reserves memory for `capacity` bytes of input; lines of over `maxLine` bytes are odd. To be called once. */
export function initialize(capacity: i32, maxLine: i32): void {
  maxLineBytes = maxLine;
  recordsAt = reserve(<usize>maxRecords * recordBytes);
  initializePairs();
  initializeEscaped(maxRecords);
  inputAt = reserve(<usize>capacity + slack);
}

/** Where the host writes bytes. */
export function inputStart(): usize {
  return inputAt;
}

/** Where records lie, `recordBytes` each. */
export function records(): usize {
  return recordsAt;
}

/** Records that one `scan` can return; fewer mean that no whole line is left. */
export function recordCapacity(): i32 {
  return maxRecords;
}

/** Where in the input the first line begins that the last `scan` did not take. */
export function consumed(): i32 {
  return consumedBytes;
}

/** Longer lines, in bytes, are odd. */
@inline export function longestLine(): i32 {
  return maxLineBytes;
}

/** A record by its number. */
@inline export function recordAt(record: i32): LineRecord {
  return changetype<LineRecord>(recordsAt + <usize>record * recordBytes);
}

/**
 * Takes whole lines from `from` up to `filled` (offsets in the input) and returns how many records it
 * wrote; it stops early when there is no room for more.
 */
export function scan(from: i32, filled: i32): i32 {
  let at = inputAt + <usize>from;
  const end = inputAt + <usize>filled;
  let count = 0;
  while (at < end && count < maxRecords) {
    const record = recordAt(count);
    let lineEnd = readCanonical(at, end, record);
    if (lineEnd == 0) lineEnd = readLoose(at, end, record);
    if (lineEnd == 0 || <i32>(lineEnd - at) > maxLineBytes) {
      lineEnd = findNewline(at, end);
      if (lineEnd == 0) break;
      record.end = <i32>lineEnd;
      record.pair = -1;
    }
    record.start = <i32>at;
    at = lineEnd + 1;
    count++;
  }
  consumedBytes = <i32>(at - inputAt);
  return count;
}

/** The first odd record from one number up to another, which is returned if there is none. */
export function nextOdd(from: i32, to: i32): i32 {
  let record = from;
  while (record < to && recordAt(record).pair >= 0) record++;
  return record;
}

/** A second look at lines that the scan has declined, before the exact path is asked. */
import { readCanonical } from "./canonical_line.ts";
import { readEscaped } from "./escaped_line.ts";
import { isNoJson, passBlanks } from "./json.ts";
import { readLoose } from "./loose_line.ts";
import { LineRecord } from "./record.ts";
import { longestLine, recordAt } from "./scan.ts";
import { findByte } from "./text.ts";

// The host knows these by the name of `oddLine`.
const unknown: i32 = 0;
const event: i32 = 1;
const blank: i32 = 2;
const badJson: i32 = 3;
const tornBeforeEvent: i32 = 4;

/** Torn parts in front of an event, at most; what has more is left to the exact path, which knows a bound, too. */
const maxSplits: i32 = 8;

/** `{"timest` and `amp"`: how the lines of our writers begin. */
const openingStart: u64 = 0x7473656d6974227b;
const openingRest: u32 = 0x22706d61;

/**
 * Says what an odd record's line is, as far as that is certain; of an event the record tells from then on.
 * It tells of an event behind torn bytes, too, and begins where that does.
 */
export function readOdd(number: i32): i32 {
  const record = recordAt(number);
  const start = <usize>record.start, end = <usize>record.end;
  if (<i32>(end - start) > longestLine()) return unknown;
  const first = passBlanks(start, end);
  if (first == end) return blank;
  if (readEscaped(first, end, record, number)) return event;
  // A hole parts a line.
  if (findByte(start, end, 0) != 0) return unknown;
  if (!isNoJson(start, end)) return unknown;
  let cut = findOpening(first + 1, end);
  if (cut == 0) return badJson;
  let part = start;
  for (let cuts = 0; cut != 0; cuts++) {
    if (cuts == maxSplits || !isNoJson(part, cut)) return unknown;
    part = cut;
    cut = findOpening(part + 1, end);
  }
  if (readPart(part, end, record, number)) {
    record.start = <i32>part;
    record.end = <i32>end;
    return tornBeforeEvent;
  }
  return isNoJson(part, end) ? badJson : unknown;
}

function readPart(start: usize, end: usize, record: LineRecord, number: i32): bool {
  return readCanonical(start, end + 1, record) != 0 || readLoose(start, end + 1, record) != 0 ||
    readEscaped(start, end, record, number);
}

/** The next place from which a line might begin, or 0. */
function findOpening(from: usize, end: usize): usize {
  let at = findByte(from, end, 0x7b);
  while (at != 0) {
    if (load<u64>(at) == openingStart && load<u32>(at + 8) == openingRest) return at;
    at = findByte(at + 1, end, 0x7b);
  }
  return 0;
}

/**
 * Lines of any other layout that are still plain: keys in any order, further keys, any spacing. What
 * has to be unescaped, and what is no event, is left to the exact path.
 */
import { passBlanks, passValue } from "./json.ts";
import { kvCache, passMetadata, sessionEnd, sessionStart } from "./metadata.ts";
import { timestampIn } from "./number.ts";
import { internPair } from "./pair_table.ts";
import { LineRecord } from "./record.ts";
import { asciiOf, isSame, newline, passName, quote } from "./text.ts";

const timestampKey = asciiOf("timestamp");
const requestIdKey = asciiOf("request_id");
const serviceKey = asciiOf("service");
const eventKey = asciiOf("event");
const metadataKey = asciiOf("metadata");

/** Level of a line among the levels of its values. */
const lineDepth: i32 = 1;

/**
 * Reads a line of any layout into a record, but for its start; returns the place of its newline, or 0.
 * Of equal keys the last one wins; a key that means nothing may have any value.
 */
export function readLoose(start: usize, end: usize, record: LineRecord): usize {
  let at = passBlanks(start, end);
  if (load<u8>(at) != 0x7b) return 0;
  at = passBlanks(at + 1, end);
  let timestamp: f64 = NaN;
  let id: usize = 0, idEnd: usize = 0;
  let service: usize = 0, serviceEnd: usize = 0;
  let event: usize = 0, eventEnd: usize = 0;
  let metadata: usize = 0, metadataEnd: usize = 0;
  while (at < end) {
    if (load<u8>(at) != quote) return 0;
    const key = at + 1;
    const keyEnd = passName(key, end);
    if (keyEnd == 0) return 0;
    at = passBlanks(keyEnd + 1, end);
    if (load<u8>(at) != 0x3a) return 0;
    at = passBlanks(at + 1, end);
    const value = at;
    const length = <i32>(keyEnd - key);
    if (length == 8 && isSame(key, metadataKey, 8)) {
      metadata = value;
      at = passMetadata(value, end);
      metadataEnd = at;
    } else {
      at = passValue(value, end, lineDepth);
      if (at == 0) return 0;
      if (length == 9 && isSame(key, timestampKey, 9)) {
        timestamp = timestampIn(value, at);
      } else if (length == 10 && isSame(key, requestIdKey, 10)) {
        idEnd = nameEnd(value, at);
        id = value + 1;
      } else if (length == 7 && isSame(key, serviceKey, 7)) {
        serviceEnd = nameEnd(value, at);
        if (serviceEnd == 0) return 0;
        service = value + 1;
      } else if (length == 5 && isSame(key, eventKey, 5)) {
        eventEnd = nameEnd(value, at);
        event = value + 1;
      }
    }
    if (at == 0) return 0;
    at = passBlanks(at, end);
    const next = load<u8>(at);
    at++;
    if (next == 0x7d) break;
    if (next != 0x2c) return 0;
    at = passBlanks(at, end);
  }
  if (isNaN(timestamp) || metadata == 0 || service == 0) return 0;
  if (idEnd <= id || eventEnd <= event) return 0;
  const lineEnd = passBlanks(at, end);
  if (lineEnd >= end || load<u8>(lineEnd) != newline) return 0;
  const pair = internPair(service, <i32>(serviceEnd - service), event, <i32>(eventEnd - event));
  if (pair < 0) return 0;
  record.timestamp = timestamp;
  record.end = <i32>lineEnd;
  record.metadata = <i32>metadata;
  record.metadataEnd = <i32>metadataEnd;
  record.pair = pair;
  record.keepId(id, <i32>(idEnd - id));
  record.session = <i32>sessionStart;
  record.sessionEnd = <i32>sessionEnd;
  record.kvCache = kvCache;
  return lineEnd;
}

/** Where the plain name ends that is the value from `value` up to `end`; 0 if it is none. */
function nameEnd(value: usize, end: usize): usize {
  return load<u8>(value) == quote && passName(value + 1, end) == end - 1 ? end - 1 : 0;
}

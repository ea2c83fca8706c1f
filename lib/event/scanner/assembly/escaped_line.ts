/**
 * Lines whose keys or names have to be unescaped or are not ASCII, and lines without service or metadata:
 * events by all rules of the exact path. What even this cannot read is left to that.
 */
import { passBlanks, passString, passValue } from "./json.ts";
import { reserve, slack } from "./memory.ts";
import {
  kvCache, leaveEscapedKeys, passMetadata, readEscapedKeys, sessionEnd, sessionStart,
} from "./metadata.ts";
import { timestampIn } from "./number.ts";
import { internPair } from "./pair_table.ts";
import { LineRecord } from "./record.ts";
import { asciiOf, isSame, quote } from "./text.ts";
import { unescape } from "./unescape.ts";

const timestampKey = asciiOf("timestamp");
const requestIdKey = asciiOf("request_id");
const serviceKey = asciiOf("service");
const eventKey = asciiOf("event");
const metadataKey = asciiOf("metadata");
const unknownService = asciiOf("unknown");
const noMetadata = asciiOf("{}");

const maxKeyBytes: i32 = 32;
const maxNameBytes: i32 = 256;
/** Bytes of an unescaped id; each record has room of its own for it. */
const maxIdBytes: i32 = 64;

const keyRoom = reserve(<usize>maxKeyBytes + slack);
const serviceRoom = reserve(<usize>maxNameBytes + slack);
const eventRoom = reserve(<usize>maxNameBytes + slack);
let idRooms: usize = 0;

/** Makes room for the ids of so many records. */
export function initializeEscaped(records: i32): void {
  idRooms = reserve(<usize>(records * maxIdBytes) + slack);
}

/** Asks the host for the number that is written there. */
@external("host", "parseNumber") declare function parseNumber(start: usize, end: usize): f64;

/** What `readText` has found: where the text stands, and its bytes. */
let textStart: usize = 0;
let textBytes: i32 = 0;

/**
 * Reads the object that begins at `start` and ends, blanks apart, at `end` into a record, but for its
 * place in the input; `number` is that of the record.
 */
export function readEscaped(start: usize, end: usize, record: LineRecord, number: i32): bool {
  readEscapedKeys();
  const isEvent = readMembers(start, end, record, number);
  leaveEscapedKeys();
  return isEvent;
}

function readMembers(start: usize, end: usize, record: LineRecord, number: i32): bool {
  if (load<u8>(start) != 0x7b) return false;
  let at = passBlanks(start + 1, end);
  let time: usize = 0, timeEnd: usize = 0;
  let id: usize = 0, idEnd: usize = 0;
  let service: usize = 0, serviceEnd: usize = 0;
  let event: usize = 0, eventEnd: usize = 0;
  let metadata: usize = 0, metadataEnd: usize = 0;
  let isClosed = false;
  while (!isClosed) {
    if (at >= end || load<u8>(at) != quote) return false;
    const key = at + 1;
    at = passString(key, end);
    if (at == 0) return false;
    const length = unescape(key, at - 1, keyRoom, maxKeyBytes);
    at = passBlanks(at, end);
    if (load<u8>(at) != 0x3a) return false;
    const value = passBlanks(at + 1, end);
    at = passValue(value, end, 1);
    if (at == 0) return false;
    if (length == 9 && isSame(keyRoom, timestampKey, 9)) {
      time = value;
      timeEnd = at;
    } else if (length == 10 && isSame(keyRoom, requestIdKey, 10)) {
      id = value;
      idEnd = at;
    } else if (length == 7 && isSame(keyRoom, serviceKey, 7)) {
      service = value;
      serviceEnd = at;
    } else if (length == 5 && isSame(keyRoom, eventKey, 5)) {
      event = value;
      eventEnd = at;
    } else if (length == 8 && isSame(keyRoom, metadataKey, 8)) {
      metadata = value;
      metadataEnd = at;
    }
    at = passBlanks(at, end);
    const next = load<u8>(at);
    at++;
    isClosed = next == 0x7d;
    if (!isClosed && next != 0x2c) return false;
    at = passBlanks(at, end);
  }
  if (at != end || time == 0 || id == 0 || event == 0) return false;
  return readTime(time, timeEnd, record) && readId(id, idEnd, record, number) &&
    readMetadata(metadata, metadataEnd, record) &&
    readNames(service, serviceEnd, event, eventEnd, record);
}

function readTime(value: usize, end: usize, record: LineRecord): bool {
  const first = load<u8>(value);
  if (first != 0x2d && first - 0x30 > 9) return false;
  record.timestamp = timestampIn(value, end);
  if (isNaN(record.timestamp)) record.timestamp = parseNumber(value, end);
  return !isNaN(record.timestamp);
}

function readId(value: usize, end: usize, record: LineRecord, number: i32): bool {
  const room = idRooms + <usize>(number * maxIdBytes);
  if (!readText(value, end, room, maxIdBytes) || textBytes == 0) return false;
  // Requests know other ids as UTF-16.
  for (let at = 0; at < textBytes; at++) if (load<u8>(textStart + <usize>at) > 0x7f) return false;
  record.keepId(textStart, textBytes);
  return true;
}

function readMetadata(value: usize, end: usize, record: LineRecord): bool {
  // Missing, or null.
  const isNone = value == 0 || load<u32>(value) == 0x6c6c756e;
  const metadata = isNone ? noMetadata : value;
  const metadataEnd = isNone ? noMetadata + 2 : end;
  if (passMetadata(metadata, metadataEnd) != metadataEnd) return false;
  record.metadata = <i32>metadata;
  record.metadataEnd = <i32>metadataEnd;
  record.session = <i32>sessionStart;
  record.sessionEnd = <i32>sessionEnd;
  record.kvCache = kvCache;
  return true;
}

/** Reads both names; the pair is set last, as a record is odd without it. */
function readNames(service: usize, serviceEnd: usize, event: usize, eventEnd: usize, record: LineRecord): bool {
  let serviceText = unknownService;
  let serviceBytes = 7;
  if (service != 0 && load<u8>(service) == quote) {
    if (!readText(service, serviceEnd, serviceRoom, maxNameBytes)) return false;
    serviceText = textStart;
    serviceBytes = textBytes;
  }
  if (!readText(event, eventEnd, eventRoom, maxNameBytes) || textBytes == 0) return false;
  const pair = internPair(serviceText, serviceBytes, textStart, textBytes);
  if (pair < 0) return false;
  record.pair = pair;
  return true;
}

/** Reads a string: where it stands if nothing in it is escaped, else unescaped in `room`. */
function readText(value: usize, end: usize, room: usize, most: i32): bool {
  if (load<u8>(value) != quote) return false;
  const from = value + 1, to = end - 1;
  textStart = from;
  textBytes = <i32>(to - from);
  let at = from;
  while (at < to && load<u8>(at) != 0x5c) at++;
  if (at == to) return true;
  textStart = room;
  textBytes = unescape(from, to, room, most);
  return textBytes >= 0;
}

/** How events come into the table: as records of the scanner, or written here by the host. */
import { giveBlock, takeBlock } from "../../event/scanner/assembly/memory.ts";
import { readValues } from "../../event/scanner/assembly/metadata.ts";
import { forgetPairNumbers, pairAt } from "../../event/scanner/assembly/pair_table.ts";
import { LineRecord } from "../../event/scanner/assembly/record.ts";
import { recordAt } from "../../event/scanner/assembly/scan.ts";
import { wordOf } from "../../event/scanner/assembly/text.ts";
import { newCapture, noCapture } from "./event_store.ts";
import { notePlace, noteSession } from "./request.ts";
import { take } from "./table.ts";
import { forgetAnswers, noteAnswer } from "./turn_row.ts";

/** Which events bring numbers: by the host's number of a pair, the place and count of the keys. */
const maxPairNumbers: usize = 16384;
const wantedKeys = memory.data(16384 * 4, 16);

let captureWidth: i32 = 0;
let keepsSessions: bool = false;
let keepsPlaces: bool = false;
/** Where in a capture stands what has_kv_cache says, which any event may carry; -1 for nowhere. */
let kvCacheAt: i32 = -1;

/** What the host writes of an event that it has decoded itself: numbers, the id, the session. */
let room: usize = 0;
let roomBytes: i32 = 0;

/** Asks the host for its number of a pair that the scanner has met. */
@external("host", "learnPair") declare function learnPair(pair: i32): i32;

/**
 * Sets, for a table just opened, how many numbers an event may bring, whether sessions are kept, and
 * where in its capture stands what an event says of has_kv_cache; -1 for nowhere. `places` says whether
 * it is noted where in the log a request's lines stand.
 */
export function openIntake(numbers: i32, sessions: bool, kvCache: i32, places: bool): void {
  keepsPlaces = places;
  kvCacheAt = kvCache;
  captureWidth = numbers;
  keepsSessions = sessions;
  room = 0;
  roomBytes = 0;
  forgetPairNumbers();
  forgetAnswers();
  memory.fill(wantedKeys, 0, maxPairNumbers << 2);
}

/**
 * From now on events of a pair (the host's number) bring along the values of these keys, of which the
 * first `numbers` are those of numbers.
 */
export function captureFrom(pair: i32, keys: i32, numbers: i32, count: i32): void {
  store<u32>(wantedKeys + (<usize>pair << 2), <u32>((keys << 16) | (numbers << 8) | count));
}

/** Takes the events of records, none of them odd; `base` is where in the log address 0 of memory would be. */
export function takeRecords(from: i32, to: i32, base: f64): void {
  for (let index = from; index < to; index++) {
    const record = recordAt(index);
    const pair = pairAt(record.pair);
    if (pair.number < 0) pair.number = learnPair(record.pair);
    const wanted = load<u32>(wantedKeys + (<usize>pair.number << 2));
    const hasAnswer = kvCacheAt >= 0 && record.kvCache != 0;
    const capture = wanted == 0 && !hasAnswer ? noCapture : captureOf(record, wanted);
    const request = take(
      record.timestamp, pair.number, capture,
      record.id0, record.id1, <usize>record.idStart, record.idLength, 0,
    );
    if (keepsPlaces) notePlace(request, base + record.start, base + record.end);
    if (keepsSessions && record.session != 0) {
      const length = record.sessionEnd - record.session;
      noteSession(request, <usize>record.session, length, record.timestamp);
    }
  }
}

/** Room for an event that the host has decoded: for the numbers it brings, and for so many bytes more. */
export function eventRoom(bytes: i32): usize {
  const wanted = bytes + (captureWidth << 3);
  if (wanted > roomBytes) {
    if (room != 0) giveBlock(room, roomBytes);
    room = takeBlock(wanted);
    roomBytes = wanted;
  }
  return room;
}

/**
 * Takes an event that the host has decoded and written to `eventRoom()`: numbers, if it brings any, and
 * behind the room for them its id and the JSON text of its session. Its line stands in the log from one
 * place to another.
 */
export function takeEvent(
  seconds: f64, pair: i32, hasNumbers: bool, idLength: i32, isWide: i32, sessionLength: i32,
  fromByte: f64, toByte: f64,
): void {
  const id = room + (<usize>captureWidth << 3);
  let capture = noCapture;
  if (hasNumbers) {
    capture = newCapture();
    memory.copy(<usize>capture << 3, room, <usize>captureWidth << 3);
    // It may be among them.
    noteAnswer();
  }
  const request = take(
    seconds, pair, capture, wordOf(id, idLength), wordOf(id + 8, idLength - 8), id, idLength, isWide,
  );
  if (keepsPlaces) notePlace(request, fromByte, toByte);
  if (keepsSessions) noteSession(request, id + <usize>idLength, sessionLength, seconds);
}

function captureOf(record: LineRecord, wanted: u32): i32 {
  const capture = newCapture();
  const numbers = <usize>capture << 3;
  const count = <i32>(wanted & 0xff);
  for (let index = count; index < captureWidth; index++) {
    store<f64>(numbers + (<usize>index << 3), NaN);
  }
  if (wanted != 0) {
    readValues(
      <usize>record.metadata, <usize>record.metadataEnd,
      <i32>(wanted >> 16), <i32>(wanted >> 8) & 0xff, count, numbers,
    );
  }
  if (kvCacheAt >= 0) store<f64>(numbers + (<usize>kvCacheAt << 3), record.kvCache);
  if (record.kvCache != 0) noteAnswer();
  return capture;
}

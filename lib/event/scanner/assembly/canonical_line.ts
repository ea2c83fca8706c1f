/** Lines of the canonical layout, in either spacing: what all our writers write. */
import { guessEventEnd, isKnown, placeOfBody, rememberBody } from "./known_body.ts";
import { readCompactHead, readSpacedHead } from "./line_head.ts";
import { kvCache, passMetadata, sessionEnd, sessionStart } from "./metadata.ts";
import { internPair } from "./pair_table.ts";
import { LineRecord } from "./record.ts";
import { asciiOf, carriageReturn, isKey, nameStops, newline, passName, quote } from "./text.ts";

const spacedService = asciiOf('", "service": "');
const spacedEvent = asciiOf('", "event": "');
const spacedMetadata = asciiOf('", "metadata": ');
const compactService = asciiOf('","service":"');
const compactEvent = asciiOf('","event":"');
const compactMetadata = asciiOf('","metadata":');

/** Shorter than any line of the layout. */
const leastBytes: usize = 100;

/**
 * Reads a line of the canonical layout into a record, but for its start; returns the place of its
 * newline, or 0.
 */
@inline export function readCanonical(start: usize, end: usize, record: LineRecord): usize {
  if (start + leastBytes > end) return 0;
  return load<u8>(start + 13) == 0x20
    ? readSpaced(start, end, record)
    : readCompact(start, end, record);
}

function readSpaced(start: usize, end: usize, record: LineRecord): usize {
  const id = readSpacedHead(start, record);
  return id == 0
    ? 0
    : readBody(id, end, spacedService, 15, spacedEvent, 13, spacedMetadata, 15, record);
}

function readCompact(start: usize, end: usize, record: LineRecord): usize {
  const id = readCompactHead(start, record);
  return id == 0
    ? 0
    : readBody(id, end, compactService, 13, compactEvent, 11, compactMetadata, 13, record);
}

/** Reads the id and all that follows. */
@inline function readBody(
  id: usize, end: usize,
  serviceKey: usize, serviceKeyLength: usize,
  eventKey: usize, eventKeyLength: usize,
  metadataKey: usize, metadataKeyLength: usize,
  record: LineRecord,
): usize {
  const stops = nameStops(id);
  // As a branch of its own the usual length costs nothing: what follows need not wait for it.
  let idEnd = id + 8;
  if ((stops & 0x1ff) != 0x100) {
    idEnd = stops != 0 ? id + <usize>ctz(stops) : passName(id, end);
    if (idEnd <= id) return 0;
  }
  if (load<u8>(idEnd) != quote) return 0;
  let length = guessEventEnd(idEnd + serviceKeyLength, <u64>eventKeyLength) + metadataKeyLength - idEnd;
  const body = placeOfBody(idEnd, idEnd + length - metadataKeyLength);
  let pair = body.pair;
  if (!isKnown(body, idEnd, length)) {
    length = readNames(
      idEnd, end, serviceKey, serviceKeyLength, eventKey, eventKeyLength, metadataKey, metadataKeyLength,
    );
    if (length == 0) return 0;
    pair = namesPair;
    rememberBody(body, idEnd, length, pair);
  }
  const metadata = idEnd + length;
  const behind = passMetadata(metadata, end);
  if (behind == 0 || load<u8>(behind) != 0x7d) return 0;
  let lineEnd = behind + 1;
  if (load<u8>(lineEnd) == carriageReturn) lineEnd++;
  if (lineEnd >= end || load<u8>(lineEnd) != newline) return 0;
  record.end = <i32>(behind + 1);
  record.metadata = <i32>metadata;
  record.metadataEnd = <i32>behind;
  record.pair = pair;
  record.keepId(id, <i32>(idEnd - id));
  record.session = <i32>sessionStart;
  record.sessionEnd = <i32>sessionEnd;
  record.kvCache = kvCache;
  return lineEnd;
}

/** Number of the names that `readNames` read. */
let namesPair: i32 = 0;

/** Reads service and event name with care; returns the bytes up to the metadata, 0 if it cannot. */
function readNames(
  idEnd: usize, end: usize,
  serviceKey: usize, serviceKeyLength: usize,
  eventKey: usize, eventKeyLength: usize,
  metadataKey: usize, metadataKeyLength: usize,
): usize {
  if (!isKey(idEnd, serviceKey, serviceKeyLength)) return 0;
  const service = idEnd + serviceKeyLength;
  const serviceEnd = passName(service, end);
  if (serviceEnd == 0 || !isKey(serviceEnd, eventKey, eventKeyLength)) return 0;
  const event = serviceEnd + eventKeyLength;
  const eventEnd = passName(event, end);
  if (eventEnd <= event || !isKey(eventEnd, metadataKey, metadataKeyLength)) return 0;
  namesPair = internPair(service, <i32>(serviceEnd - service), event, <i32>(eventEnd - event));
  return namesPair < 0 ? 0 : eventEnd + metadataKeyLength - idEnd;
}

/**
 * How a line of the canonical layout begins: its two times, up to the id. Fixed parts are compared
 * sixteen bytes at a time, without looking at the end of the input: what lies behind it may match, but
 * only a newline before it makes a line.
 */
import { maxExact, splitTimestamp, valueOf16 } from "./number.ts";
import { LineRecord } from "./record.ts";
import { differences, fillTemplate, newTemplate, templateBytes } from "./template.ts";
import { asciiOf, isKey, quote } from "./text.ts";

// A 0 stands for any digit.
const spacedHead = headOf(
  '{"timestamp": 0000000000.000000, "iso_time": "0000-00-00T00:00:00.000000", "request_id": "',
);
const compactHead = headOf(
  '{"timestamp":0000000000.000000,"iso_time":"0000-00-00T00:00:00.000000","request_id":"',
);
const spacedHeadLength: usize = 90;
const compactHeadLength: usize = 85;

const spacedTimestamp = asciiOf('{"timestamp": ');
const spacedIsoTime = asciiOf(', "iso_time": "');
const spacedRequestId = asciiOf('", "request_id": "');
const compactTimestamp = asciiOf('{"timestamp":');
const compactIsoTime = asciiOf(',"iso_time":"');
const compactRequestId = asciiOf('","request_id":"');

function headOf(text: string): usize {
  const head = newTemplate();
  fillTemplate(head, asciiOf(text), <usize>text.length);
  for (let at: usize = 0; at < templateBytes; at++) {
    // Any digit: the high half of the byte is that of "0", and nothing else is looked at.
    if (load<u8>(head + at) == 0x30) store<u8>(head + templateBytes + at, 0xf0);
  }
  return head;
}

/** Reads the times of a spaced line into a record; returns where its id begins, or 0. */
@inline export function readSpacedHead(start: usize, record: LineRecord): usize {
  const id = readHead(start, 14, spacedHead, spacedHeadLength, record);
  if (id != 0) return id;
  return readOtherHead(start, spacedTimestamp, 14, spacedIsoTime, 15, spacedRequestId, 18, record);
}

/** Reads the times of a compact line into a record; returns where its id begins, or 0. */
@inline export function readCompactHead(start: usize, record: LineRecord): usize {
  const id = readHead(start, 13, compactHead, compactHeadLength, record);
  if (id != 0) return id;
  return readOtherHead(start, compactTimestamp, 13, compactIsoTime, 13, compactRequestId, 16, record);
}

/** Reads what stands before the id if all times have six decimals, as our writers print them. */
@inline function readHead(start: usize, digits: usize, head: usize, length: usize, record: LineRecord): usize {
  // The digits before the point and those behind it.
  const characters = v128.shuffle<u8>(
    v128.load(start + digits), v128.load(start + digits + 1),
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 26, 27, 28, 29, 30, 31,
  );
  const values = i8x16.sub(characters, i8x16.splat(0x30));
  if (v128.any_true(v128.or(differences(start, head), i8x16.gt_u(values, i8x16.splat(9))))) return 0;
  const micros = valueOf16(values);
  // Ten digits of seconds, the first of them no zero: 2001 to 2255.
  if (micros < 1000000000000000 || micros > maxExact) return 0;
  record.timestamp = <f64><i64>micros / 1000000;
  return start + length;
}

/** Reads what stands before the id with any number of decimals up to seven. */
function readOtherHead(
  start: usize,
  timestampKey: usize, timestampLength: usize,
  isoTimeKey: usize, isoTimeLength: usize,
  requestIdKey: usize, requestIdLength: usize,
  record: LineRecord,
): usize {
  if (!isKey(start, timestampKey, timestampLength)) return 0;
  const digits = start + timestampLength;
  let at = digits + 10;
  let decimals = 0;
  if (load<u8>(at) == 0x2e) {
    at++;
    while (decimals <= 7 && load<u8>(at) - 0x30 <= 9) {
      decimals++;
      at++;
    }
    if (decimals == 0 || decimals > 7) return 0;
  }
  record.timestamp = splitTimestamp(digits, decimals);
  // Not a number, or with a zero in front.
  if (!(record.timestamp >= 1000000000)) return 0;
  if (!isKey(at, isoTimeKey, isoTimeLength)) return 0;
  at = passIsoTime(at + isoTimeLength);
  return at != 0 && isKey(at, requestIdKey, requestIdLength) ? at + requestIdLength : 0;
}

/** Passes YYYY-MM-DDThh:mm:ss, with or without six decimals, up to the closing quote; else 0. */
function passIsoTime(at: usize): usize {
  // Digits by their high half (a byte 0x30 to 0x3f can end no string), separators exactly.
  const head = v128.and(v128.load(at), i8x16(-16, -16, -16, -16, -1, -16, -16, -1, -16, -16, -1, -16, -16, -1, -16, -16));
  const wanted = i8x16(0x30, 0x30, 0x30, 0x30, 0x2d, 0x30, 0x30, 0x2d, 0x30, 0x30, 0x54, 0x30, 0x30, 0x3a, 0x30, 0x30);
  if (v128.any_true(v128.xor(head, wanted))) return 0;
  const seconds = load<u32>(at + 16);
  if ((seconds & 0x00f0f0ff) != 0x0030303a) return 0;
  if (<u8>(seconds >> 24) == quote) return at + 19;
  if (<u8>(seconds >> 24) != 0x2e) return 0;
  if ((load<u32>(at + 20) & 0xf0f0f0f0) != 0x30303030) return 0;
  if ((load<u16>(at + 24) & 0xf0f0) != 0x3030) return 0;
  return load<u8>(at + 26) == quote ? at + 26 : 0;
}

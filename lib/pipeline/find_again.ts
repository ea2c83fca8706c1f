import { decodeLine } from "../event/decode.ts";
import type { TimingEvent } from "../event/timing_event.ts";
import type { ScannedBytes } from "../log/scanned_bytes.ts";
import { bytesSource } from "../ndjson/byte_source.ts";
import { LineReader, type LineSpan } from "../ndjson/line_reader.ts";
import { analyzeRequest, type RequestAnalysis } from "../request/describe.ts";
import { traceStart } from "../request/request_trace.ts";
import { boundedId, keptCharacters } from "../session/bounded_id.ts";
import type { RequestPlace } from "../session/engine_turns.ts";

const newline = 10;

/**
 * Reads requests again, as a whole, from the places where their lines stand. Null if one of them does not
 * come out as it was measured: a file has changed since, or its lines are not where they can be told
 * apart.
 *
 * Memory: the lines between the first and the last of one request.
 *
 * @throws AccessError if a file cannot be opened or read.
 */
export async function findAgain(
  bytes: ScannedBytes,
  places: readonly RequestPlace[],
  maxLineBytes: number,
): Promise<RequestAnalysis[] | null> {
  const found: RequestAnalysis[] = [];
  const ranges = places.map(({ fromByte: from, toByte: to }) => ({ from, to }));
  const isFound = await bytes.read(ranges, (lines, index) => {
    const place = places[index];
    const request = place === undefined ? null : requestIn(lines, place, maxLineBytes);
    if (request !== null) found.push(request);
    return request !== null;
  });
  return isFound ? found : null;
}

/** The request of a place among lines; null if it is not there as it was measured. */
function requestIn(
  lines: Uint8Array,
  place: RequestPlace,
  maxLineBytes: number,
): RequestAnalysis | null {
  let events = eventsBeside(lines, place.id, maxLineBytes);
  // An id may be spelled with escapes: then every line is looked at.
  if (events?.length !== place.events) events = allEvents(lines, place.id, maxLineBytes);
  const [first] = events;
  if (events.length !== place.events || first === undefined) return null;
  // Of equal times the first in the log stays first.
  events.sort((a, b) => a.timestampSeconds - b.timestampSeconds);
  const analysis = analyzeRequest({ id: first.requestId, events });
  return isAsMeasured(analysis, place) ? analysis : null;
}

function isAsMeasured({ trace, figures }: RequestAnalysis, place: RequestPlace): boolean {
  return (
    Object.is(traceStart(trace), place.startSeconds) &&
    Object.is(figures.totalSeconds, place.totalSeconds) &&
    Object.is(figures.processingSeconds, place.processingSeconds) &&
    Object.is(figures.voiceToVoiceSeconds, place.voiceToVoiceSeconds)
  );
}

/**
 * The events of an id in the lines in which it stands as it is; null for lines that may have to be parted,
 * or that are too long.
 */
function eventsBeside(lines: Uint8Array, id: string, maxLineBytes: number): TimingEvent[] | null {
  if (lines.length > maxLineBytes || lines.includes(0)) return null;
  const bytes = Buffer.from(lines.buffer, lines.byteOffset, lines.length);
  const text = id.slice(0, keptCharacters);
  const events: TimingEvent[] = [];
  for (let at = bytes.indexOf(text); at >= 0; ) {
    const start = bytes.lastIndexOf(newline, at) + 1;
    const newlineAt = bytes.indexOf(newline, at);
    const end = newlineAt < 0 ? bytes.length : newlineAt;
    takeLine({ bytes, start, end }, id, events);
    at = newlineAt < 0 ? -1 : bytes.indexOf(text, newlineAt);
  }
  return events;
}

/** The events of an id among all lines. */
function allEvents(lines: Uint8Array, id: string, maxLineBytes: number): TimingEvent[] {
  const options = { maxLineBytes, blockBytes: lines.length, isFileStart: false };
  const reader = new LineReader(bytesSource(lines), options);
  const events: TimingEvent[] = [];
  while (true) {
    if (reader.next()) {
      if (!reader.tooLong) takeLine(reader, id, events);
    } else if (reader.fill() !== true) return events;
  }
}

type Line = Pick<LineSpan, "bytes" | "start" | "end">;

function takeLine({ bytes, start, end }: Line, id: string, events: TimingEvent[]): void {
  for (const event of decodeLine(bytes, start, end, false)?.events ?? []) {
    if (boundedId(event.requestId) === id) events.push(event);
  }
}

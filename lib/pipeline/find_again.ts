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
  const text = place.id.slice(0, keptCharacters);
  // An id may be spelled with escapes: then every line is looked at.
  const events = [() => linesWith(lines, text, maxLineBytes), () => wholeLines(lines, maxLineBytes)]
    .map((spans) => eventsOf(spans(), place.id))
    .find(({ length }) => length === place.events);
  const [first] = events ?? [];
  if (events === undefined || first === undefined) return null;
  // Of equal times the first in the log stays first.
  const ordered = events.sort((a, b) => a.timestampSeconds - b.timestampSeconds);
  const analysis = analyzeRequest({ id: first.requestId, events: ordered });
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

type PlacedBytes = Pick<LineSpan, "bytes" | "start" | "end" | "terminator">;

function eventsOf(spans: Iterable<PlacedBytes>, id: string): TimingEvent[] {
  const events: TimingEvent[] = [];
  for (const { bytes, start, end, terminator } of spans) {
    const line = decodeLine(bytes, start, end, terminator === "end");
    for (const event of line?.events ?? [])
      if (boundedId(event.requestId) === id) events.push(event);
  }
  return events;
}

/** The lines in which a text stands. */
function* linesWith(lines: Uint8Array, text: string, maxLineBytes: number): Generator<PlacedBytes> {
  const bytes = Buffer.from(lines.buffer, lines.byteOffset, lines.length);
  for (let at = bytes.indexOf(text); at >= 0; ) {
    const start = at === 0 ? 0 : bytes.lastIndexOf(newline, at) + 1;
    const newlineAt = bytes.indexOf(newline, at);
    const end = newlineAt < 0 ? bytes.length : newlineAt;
    yield* wholeLines(bytes.subarray(start, end), maxLineBytes);
    at = newlineAt < 0 ? -1 : bytes.indexOf(text, newlineAt);
  }
}

/** All lines, parted at holes, without those that are too long. */
function* wholeLines(lines: Uint8Array, maxLineBytes: number): Generator<PlacedBytes> {
  if (lines.length <= maxLineBytes && !lines.includes(0) && !lines.includes(newline)) {
    yield { bytes: lines, start: 0, end: lines.length, terminator: "newline" };
    return;
  }
  const options = { maxLineBytes, blockBytes: lines.length, isFileStart: false };
  const reader = new LineReader(bytesSource(lines), options);
  while (true) {
    if (reader.next()) {
      if (!reader.tooLong) yield reader;
    } else if (reader.fill() !== true) return;
  }
}

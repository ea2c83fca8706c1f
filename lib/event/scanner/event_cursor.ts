import { decodeLine } from "../decode.ts";
import { encodeAnswer } from "../metadata_value.ts";
import type { PairNames } from "../pair_names.ts";
import type { JsonValue, TimingEvent } from "../timing_event.ts";
import { field, type KeySet, type LineScanner } from "./line_scanner.ts";
import { TextCache } from "./text_cache.ts";

/** A request id as numbers: its first 16 bytes, zeros behind its end, and its length in bytes. */
export interface RequestKey {
  readonly id0: number;
  readonly id1: number;
  readonly id2: number;
  readonly id3: number;
  readonly idLength: number;
  /** The whole id where 16 bytes of ASCII do not hold it, else null. */
  readonly longId: string | null;
}

const encoder = new TextEncoder();

/**
 * The event at hand, whichever path it came by: a record of the scanner, or an event that the exact
 * path has decoded. One object serves for all events of a log.
 */
export class EventCursor implements RequestKey {
  timestampSeconds = 0;
  /** Number of service and event name in `PairNames`. */
  pair = 0;
  id0 = 0;
  id1 = 0;
  id2 = 0;
  id3 = 0;
  idLength = 0;
  longId: string | null = null;
  /** The metadata's session_id if it is a non-empty string and sessions are wanted, else null. */
  session: string | null = null;

  readonly #scanner: LineScanner;
  readonly #names: PairNames;
  /** The scanner's numbers of pairs, in ours. */
  readonly #pairs: number[] = [];
  #record = 0;
  #event: TimingEvent | null = null;
  readonly #idWords = new Int32Array(4);

  readonly #withSessions: boolean;
  readonly #sessions: TextCache;

  constructor(scanner: LineScanner, names: PairNames, withSessions: boolean) {
    this.#withSessions = withSessions;
    this.#scanner = scanner;
    this.#names = names;
    this.#sessions = new TextCache(scanner);
  }

  /** Points at a record of the scanner's that is not odd. */
  pointAtRecord(record: number): void {
    const scanner = this.#scanner;
    const { words, wordsPerRecord } = scanner;
    const at = record * wordsPerRecord;
    this.#record = record;
    this.#event = null;
    this.timestampSeconds = scanner.timestampOf(record);
    this.pair = this.#pairs[words[at + field.pair] ?? 0] ?? this.#learnPair(record);
    this.id0 = words[at + field.id] ?? 0;
    this.id1 = words[at + field.id + 1] ?? 0;
    this.id2 = words[at + field.id + 2] ?? 0;
    this.id3 = words[at + field.id + 3] ?? 0;
    this.idLength = words[at + field.idLength] ?? 0;
    const idStart = words[at + field.idStart] ?? 0;
    this.longId = this.idLength > 16 ? scanner.textOf(idStart, idStart + this.idLength) : null;
    const session = this.#withSessions ? (words[at + field.session] ?? 0) : 0;
    this.session =
      session === 0 ? null : this.#sessionAt(session, words[at + field.sessionEnd] ?? 0);
  }

  /** Points at an event of the exact path. */
  pointAtEvent(event: TimingEvent): void {
    this.#event = event;
    this.timestampSeconds = event.timestampSeconds;
    this.pair = this.#names.numberOf(event.service, event.name);
    const bytes = encoder.encode(event.requestId);
    this.#idWords.fill(0);
    new Uint8Array(this.#idWords.buffer).set(bytes.subarray(0, 16));
    [this.id0 = 0, this.id1 = 0, this.id2 = 0, this.id3 = 0] = this.#idWords;
    this.idLength = bytes.length;
    const isPlain = bytes.length <= 16 && bytes.length === event.requestId.length;
    this.longId = isPlain ? null : event.requestId;
    const session = memberOf(event, "session_id");
    this.session = typeof session === "string" && session !== "" ? session : null;
  }

  /** The event as an object that stays when the cursor moves on. */
  toEvent(): TimingEvent {
    if (this.#event !== null) return this.#event;
    const { input } = this.#scanner;
    const [start, end] = [field.start, field.end].map((one) =>
      this.#scanner.fieldOf(this.#record, one),
    );
    const event = decodeLine(input, start ?? 0, end ?? 0, false)?.events[0];
    if (event === undefined) throw new Error("The scanner took a line that is no event");
    return event;
  }

  /** What has_kv_cache of the metadata says: 2 for true, 1 for false, 0 for anything else. */
  get kvCache(): number {
    const event = this.#event;
    if (event === null) return this.#scanner.fieldOf(this.#record, field.kvCache);
    return encodeAnswer(memberOf(event, "has_kv_cache"));
  }

  /** Reads numbers and answers from the metadata into `target`, as the scanner does. */
  readNumbers(keys: KeySet, target: Float64Array, at: number): void {
    const event = this.#event;
    if (event === null) {
      this.#scanner.readNumbers(this.#record, keys, target, at);
      return;
    }
    for (const [index, name] of keys.names.entries()) {
      const value = memberOf(event, name);
      if (index >= keys.numbers) target[at + index] = encodeAnswer(value);
      else target[at + index] = typeof value === "number" ? value : Number.NaN;
    }
  }

  #learnPair(record: number): number {
    const known = this.#scanner.fieldOf(record, field.pair);
    const { service, name } = this.#scanner.pairOf(known);
    const number = this.#names.numberOf(service, name);
    this.#pairs[known] = number;
    return number;
  }

  #sessionAt(start: number, end: number): string | null {
    if (this.#scanner.input[start] !== 0x22 || end - start < 3) return null;
    return this.#sessions.textOf(start, end);
  }
}

function memberOf({ metadata }: TimingEvent, key: string): JsonValue | undefined {
  return Object.hasOwn(metadata, key) ? metadata[key] : undefined;
}

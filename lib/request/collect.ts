import { booleanValue, encodeAnswer, finiteNumber } from "../event/metadata_value.ts";
import type { PairNames } from "../event/pair_names.ts";
import type { EventTaker } from "../event/scanner/event_taker.ts";
import type { KeySet, LineScanner } from "../event/scanner/line_scanner.ts";
import type { TimingEvent } from "../event/timing_event.ts";
import { type CaptureKeys, type CaptureScheme, summaryCaptures } from "./capture_scheme.ts";
import type { RequestTable } from "./request_table.ts";

/**
 * Takes the events of a scanned log into a table, and with them the values of their metadata that a
 * scheme asks for.
 */
export class Collector implements EventTaker {
  readonly #table: RequestTable;
  readonly #names: PairNames;
  readonly #scanner: LineScanner;
  readonly #scheme: CaptureScheme;
  readonly #registered = new Map<CaptureKeys, KeySet>();
  /** By the pair's number; null for an event without keys. */
  readonly #keys: (KeySet | null)[] = [];

  constructor(
    table: RequestTable,
    names: PairNames,
    scanner: LineScanner,
    scheme: CaptureScheme = summaryCaptures,
  ) {
    this.#table = table;
    this.#names = names;
    this.#scanner = scanner;
    this.#scheme = scheme;
    table.learnPairs((pair) => this.#learnPair(pair));
  }

  /** Events whose names had no place of their own, as there are too many. */
  get folded(): number {
    return this.#table.otherEvents;
  }

  takeRecords(from: number, to: number, offset: number): void {
    this.#table.takeRecords(from, to, offset);
  }

  takeEvent(event: TimingEvent, fromByte = Number.NaN, toByte = Number.NaN): void {
    const pair = this.#names.numberOf(event.service, event.name);
    const values = this.#valuesOf(event, this.#keysOf(pair));
    this.#table.takeEvent(event, pair, values, fromByte, toByte);
  }

  /** What an event brings along, as the engine reads it off a record; null for nothing. */
  #valuesOf({ metadata }: TimingEvent, keys: KeySet | null): number[] | null {
    const { width, kvCacheAt } = this.#scheme;
    const answer = (name: string) => encodeAnswer(booleanValue(metadata, name));
    const kvCache = kvCacheAt === null ? 0 : answer("has_kv_cache");
    if (keys === null && kvCache === 0) return null;
    const values = new Array<number>(width).fill(Number.NaN);
    for (const [index, name] of (keys?.names ?? []).entries()) {
      const isNumber = index < (keys?.numbers ?? 0);
      values[index] = isNumber ? (finiteNumber(metadata, name) ?? Number.NaN) : answer(name);
    }
    if (kvCacheAt !== null) values[kvCacheAt] = kvCache;
    return values;
  }

  /** Our number of a pair that the scanner has met. */
  #learnPair(met: number): number {
    const { service, name } = this.#scanner.pairOf(met);
    const pair = this.#names.numberOf(service, name);
    this.#keysOf(pair);
    return pair;
  }

  #keysOf(pair: number): KeySet | null {
    const known = this.#keys[pair];
    if (known !== undefined) return known;
    const wanted = this.#scheme.keysOf(this.#names.at(pair).name);
    const keys = wanted === null ? null : this.#register(wanted);
    this.#keys[pair] = keys;
    if (keys !== null) this.#table.captureFrom(pair, keys);
    return keys;
  }

  #register(wanted: CaptureKeys): KeySet {
    const known = this.#registered.get(wanted);
    if (known !== undefined) return known;
    const keys = this.#scanner.registerKeys(wanted.numbers, wanted.answers);
    this.#registered.set(wanted, keys);
    return keys;
  }
}

import { otherPair, type PairNames } from "../event/pair_names.ts";
import type { EventCursor } from "../event/scanner/event_cursor.ts";
import type { KeySet, LineScanner } from "../event/scanner/line_scanner.ts";
import { type CaptureKeys, type CaptureScheme, summaryCaptures } from "./capture_scheme.ts";
import type { RequestTable } from "./request_table.ts";

/**
 * Takes events from a cursor into a table, and with them the parts of their metadata that a scheme
 * asks for.
 */
export class Collector {
  /** Events whose names had no place of their own, as there are too many. */
  folded = 0;

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
  }

  /** Takes the event that the cursor points at. */
  take(cursor: EventCursor): void {
    const known = this.#keys[cursor.pair];
    const keys = known === undefined ? this.#learn(cursor.pair) : known;
    const { kvCacheAt } = this.#scheme;
    const kvCache = kvCacheAt === null ? 0 : cursor.kvCache;
    const at = this.#table.add(cursor, keys !== null || kvCache !== 0);
    if (cursor.pair === otherPair) this.folded++;
    if (at < 0) return;
    const { captured } = this.#table.store;
    if (kvCacheAt !== null) captured[at + kvCacheAt] = kvCache;
    if (keys !== null) cursor.readNumbers(keys, captured, at);
  }

  #learn(pair: number): KeySet | null {
    const wanted = this.#scheme.keysOf(this.#names.at(pair).name);
    const keys = wanted === null ? null : this.#register(wanted);
    this.#keys[pair] = keys;
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

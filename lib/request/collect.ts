import { Events } from "../event/names.ts";
import { otherPair, type PairNames } from "../event/pair_names.ts";
import type { EventCursor } from "../event/scanner/event_cursor.ts";
import type { KeySet, LineScanner } from "../event/scanner/line_scanner.ts";
import { endpointing, genericMark, llmChildren, llmSpan } from "../event/span_catalogue.ts";
import type { RequestTable } from "./request_table.ts";

/**
 * Takes events from a cursor into a table, and with them the numbers of their metadata that the
 * figures depend on: the threshold of a pause, the model's counters.
 */
export class Collector {
  /** Events whose names had no place of their own, as there are too many. */
  folded = 0;

  readonly #table: RequestTable;
  readonly #names: PairNames;
  readonly #pauseKeys: KeySet;
  readonly #llmKeys: KeySet;
  /** By the pair's number; null for an event without numbers. */
  readonly #keys: (KeySet | null)[] = [];

  constructor(table: RequestTable, names: PairNames, scanner: LineScanner) {
    this.#table = table;
    this.#names = names;
    this.#pauseKeys = scanner.registerKeys([endpointing.thresholdKey]);
    this.#llmKeys = scanner.registerKeys(llmChildren.map((child) => child.durationKey));
  }

  /** Takes the event that the cursor points at. */
  take(cursor: EventCursor): void {
    const known = this.#keys[cursor.pair];
    const keys = known === undefined ? this.#learn(cursor.pair) : known;
    const at = this.#table.add(cursor, keys !== null);
    if (cursor.pair === otherPair) this.folded++;
    if (keys !== null) cursor.readNumbers(keys, this.#table.store.captured, at);
  }

  #learn(pair: number): KeySet | null {
    const { name } = this.#names.at(pair);
    const mark = genericMark(name);
    const endsLlm =
      name === Events.V34_OLLAMA_RECEIVED || (mark?.role === "end" && mark.stem === llmSpan);
    const keys = name === endpointing.end ? this.#pauseKeys : endsLlm ? this.#llmKeys : null;
    this.#keys[pair] = keys;
    return keys;
  }
}

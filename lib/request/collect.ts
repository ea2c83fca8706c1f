import { Events } from "../event/names.ts";
import { otherPair, type PairNames } from "../event/pair_names.ts";
import type { EventCursor } from "../event/scanner/event_cursor.ts";
import type { KeySet, LineScanner } from "../event/scanner/line_scanner.ts";
import { endpointing, genericMark, llmSpan } from "../event/span_catalogue.ts";
import { llmKeys, pauseKeys, promptKeys } from "./hint_facts.ts";
import type { RequestTable } from "./request_table.ts";

/**
 * Takes events from a cursor into a table, and with them the numbers of their metadata that the
 * figures and hints depend on: the length of a pause, the size of a prompt, the model's counters.
 */
export class Collector {
  /** Events whose names had no place of their own, as there are too many. */
  folded = 0;

  readonly #table: RequestTable;
  readonly #names: PairNames;
  readonly #pauseKeys: KeySet;
  readonly #llmKeys: KeySet;
  readonly #promptKeys: KeySet;
  /** By the pair's number; null for an event without numbers. */
  readonly #keys: (KeySet | null)[] = [];

  constructor(table: RequestTable, names: PairNames, scanner: LineScanner) {
    this.#table = table;
    this.#names = names;
    this.#pauseKeys = scanner.registerKeys(pauseKeys);
    this.#llmKeys = scanner.registerKeys(llmKeys);
    this.#promptKeys = scanner.registerKeys(promptKeys);
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
    const keys = this.#keysOf(this.#names.at(pair).name);
    this.#keys[pair] = keys;
    return keys;
  }

  #keysOf(name: string): KeySet | null {
    if (name === endpointing.end) return this.#pauseKeys;
    if (name === Events.V34_PROMPT_BUILT) return this.#promptKeys;
    const mark = genericMark(name);
    const endsLlm =
      name === Events.V34_OLLAMA_RECEIVED || (mark?.role === "end" && mark.stem === llmSpan);
    return endsLlm ? this.#llmKeys : null;
  }
}

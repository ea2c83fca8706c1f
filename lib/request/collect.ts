import { finiteNumber } from "../event/metadata_value.ts";
import { Events } from "../event/names.ts";
import type { PairNames } from "../event/pair_names.ts";
import type { EventTaker } from "../event/scanner/event_taker.ts";
import type { KeySet, LineScanner } from "../event/scanner/line_scanner.ts";
import { endpointing, genericMark, llmSpan } from "../event/span_catalogue.ts";
import type { TimingEvent } from "../event/timing_event.ts";
import { llmKeys, pauseKeys, promptKeys } from "./hint_facts.ts";
import type { RequestTable } from "./request_table.ts";

/** Numbers that an event brings along for the summary, at most. */
export const summaryCaptureWidth = Math.max(
  ...[llmKeys, pauseKeys, promptKeys].map((keys) => keys.length),
);

/**
 * Takes the events of a scanned log into a table, and with them the numbers of their metadata that the
 * figures and hints depend on: the length of a pause, the size of a prompt, the model's counters.
 */
export class Collector implements EventTaker {
  readonly #table: RequestTable;
  readonly #names: PairNames;
  readonly #scanner: LineScanner;
  readonly #pauseKeys: KeySet;
  readonly #llmKeys: KeySet;
  readonly #promptKeys: KeySet;
  /** By the pair's number; null for an event without numbers. */
  readonly #keys: (KeySet | null)[] = [];

  constructor(table: RequestTable, names: PairNames, scanner: LineScanner) {
    this.#table = table;
    this.#names = names;
    this.#scanner = scanner;
    this.#pauseKeys = scanner.registerKeys(pauseKeys);
    this.#llmKeys = scanner.registerKeys(llmKeys);
    this.#promptKeys = scanner.registerKeys(promptKeys);
    table.learnPairs((pair) => this.#learnPair(pair));
  }

  /** Events whose names had no place of their own, as there are too many. */
  get folded(): number {
    return this.#table.otherEvents;
  }

  takeRecords(from: number, to: number): void {
    this.#table.takeRecords(from, to);
  }

  takeEvent(event: TimingEvent): void {
    const pair = this.#names.numberOf(event.service, event.name);
    const keys = this.#keysOf(pair);
    const numbers = keys?.names.map((name) => finiteNumber(event.metadata, name) ?? Number.NaN);
    this.#table.takeEvent(event, pair, numbers ?? null);
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
    const keys = this.#keysOfName(this.#names.at(pair).name);
    this.#keys[pair] = keys;
    if (keys !== null) this.#table.captureFrom(pair, keys);
    return keys;
  }

  #keysOfName(name: string): KeySet | null {
    if (name === endpointing.end) return this.#pauseKeys;
    if (name === Events.V34_PROMPT_BUILT) return this.#promptKeys;
    const mark = genericMark(name);
    const endsLlm =
      name === Events.V34_OLLAMA_RECEIVED || (mark?.role === "end" && mark.stem === llmSpan);
    return endsLlm ? this.#llmKeys : null;
  }
}

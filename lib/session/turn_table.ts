import { decodeAnswer, encodeAnswer } from "../event/metadata_value.ts";
import { boundedId } from "./bounded_id.ts";
import { growTo, maxBufferBytes, openGrowingBuffer } from "./growing_buffer.ts";
import { PackedText } from "./packed_text.ts";
import type { Turn } from "./turn.ts";

/** A turn in its conversation. */
export interface NumberedTurn extends Turn {
  /** From 1, in the order of the conversation. */
  readonly number: number;
}

/** The turns of one conversation within a table, in the order in which they were added. */
export interface TurnList {
  first: number;
  last: number;
  length: number;
}

/** A list without turns. */
export function emptyTurnList(): TurnList {
  return { first: none, last: none, length: 0 };
}

const none = 2 ** 32 - 1;
/** A row: float64 values first, then 32-bit words: id, number, successor, flags. */
const valuesPerRow = 9;
const wordsPerRow = 4;
const rowBytes = valuesPerRow * 8 + wordsPerRow * 4;
const rowsPerBuffer = Math.floor(maxBufferBytes / rowBytes);

/**
 * So many turns are read between two collections of garbage. Left to itself the collector lets as much
 * garbage stand as there is to keep: 173 MB instead of 141 MB for 210 000 turns. A collection takes the
 * longer the more conversations there are, so their number sets the pace, too.
 */
const turnsPerCollection = 32_768;

/** Two views of the same rows. */
interface Rows {
  readonly values: Float64Array<ArrayBuffer>;
  readonly words: Uint32Array<ArrayBuffer>;
}

/**
 * All turns of all conversations, packed, as none can be judged before the log's end is known.
 *
 * Memory: 88 bytes a turn and its id (10 bytes for one of 8 characters).
 */
export class TurnTable {
  readonly #rows: Rows[] = [];
  readonly #ids = new PackedText();
  #length = 0;
  /** Lists that have turns. */
  #lists = 0;
  #sinceCollection = 0;

  /** Adds a turn at the end of a list. */
  add(list: TurnList, number: number, turn: Turn): void {
    const index = this.#length++;
    const flags = encodeAnswer(turn.tailMode) + 4 * encodeAnswer(turn.hasKvCache);
    const { values, words } = this.#rowsOf(index);
    growTo(values.buffer, ((index % rowsPerBuffer) + 1) * rowBytes);
    writeValues(values, valuesAt(index), turn);
    const at = wordsAt(index);
    words[at] = this.#ids.add(boundedId(turn.id));
    words[at + 1] = number;
    words[at + 2] = none;
    words[at + 3] = flags;
    if (list.last === none) {
      list.first = index;
      this.#lists++;
    } else this.#rowsOf(list.last).words[wordsAt(list.last) + 2] = index;
    list.last = index;
    list.length++;
  }

  /** The turns of a list, each read as it is asked for; one object serves for all of them. */
  turnsOf(list: TurnList): Iterable<NumberedTurn> {
    const rowsOf = (index: number) => this.#rowsOf(index);
    return {
      [Symbol.iterator]: () => {
        this.#collectSometimes(list.length);
        return new TurnIterator(this.#ids, rowsOf, list.first);
      },
    };
  }

  #collectSometimes(turns: number): void {
    this.#sinceCollection += turns;
    if (this.#sinceCollection < Math.max(turnsPerCollection, this.#lists / 4)) return;
    this.#sinceCollection = 0;
    Bun.gc(true);
  }

  #rowsOf(index: number): Rows {
    const at = Math.floor(index / rowsPerBuffer);
    const known = this.#rows[at];
    if (known !== undefined) return known;
    const buffer = openGrowingBuffer();
    const rows = { values: new Float64Array(buffer), words: new Uint32Array(buffer) };
    this.#rows.push(rows);
    return rows;
  }
}

/** Where a row's values begin, counted in float64. */
function valuesAt(index: number): number {
  return ((index % rowsPerBuffer) * rowBytes) / 8;
}

/** Where a row's words begin, counted in 32 bits. */
function wordsAt(index: number): number {
  return ((index % rowsPerBuffer) * rowBytes) / 4 + valuesPerRow * 2;
}

/** What is absent is NaN in a column. */
function writeValues(values: Float64Array, at: number, turn: Turn): void {
  values[at] = turn.startSeconds;
  values[at + 1] = turn.totalSeconds;
  values[at + 2] = turn.processingSeconds;
  values[at + 3] = turn.voiceToVoiceSeconds ?? Number.NaN;
  values[at + 4] = turn.llmSeconds ?? Number.NaN;
  values[at + 5] = turn.promptTokens ?? Number.NaN;
  values[at + 6] = turn.promptEvalCount ?? Number.NaN;
  values[at + 7] = turn.cachedCount ?? Number.NaN;
  values[at + 8] = turn.prefillMs ?? Number.NaN;
}

/** Goes through a list of turns: the turn at hand, the iterator and its result are one object each. */
class TurnIterator implements Iterator<NumberedTurn> {
  readonly #rowsOf: (index: number) => Rows;
  readonly #turn: RowTurn;
  readonly #result: { done: boolean; value: NumberedTurn };
  #next: number;

  constructor(ids: PackedText, rowsOf: (index: number) => Rows, first: number) {
    this.#rowsOf = rowsOf;
    this.#turn = new RowTurn(ids);
    this.#result = { done: false, value: this.#turn };
    this.#next = first;
  }

  next(): IteratorResult<NumberedTurn, NumberedTurn> {
    if (this.#next === none) this.#result.done = true;
    else this.#next = this.#turn.read(this.#rowsOf(this.#next), this.#next);
    return this.#result;
  }
}

/** A turn as a row holds it. */
class RowTurn implements NumberedTurn {
  number = 0;
  startSeconds = 0;
  totalSeconds = 0;
  processingSeconds = 0;
  voiceToVoiceSeconds: number | null = null;
  llmSeconds: number | null = null;
  promptTokens: number | null = null;
  promptEvalCount: number | null = null;
  cachedCount: number | null = null;
  prefillMs: number | null = null;
  tailMode: boolean | null = null;
  hasKvCache: boolean | null = null;

  readonly #ids: PackedText;
  #id = 0;

  constructor(ids: PackedText) {
    this.#ids = ids;
  }

  /** Made when it is asked for. */
  get id(): string {
    return this.#ids.get(this.#id);
  }

  /** Becomes the turn of a row; returns the row of the next turn. */
  read({ values, words }: Rows, index: number): number {
    const value = valuesAt(index);
    this.startSeconds = values[value] ?? Number.NaN;
    this.totalSeconds = values[value + 1] ?? Number.NaN;
    this.processingSeconds = values[value + 2] ?? Number.NaN;
    this.voiceToVoiceSeconds = knownAt(values, value + 3);
    this.llmSeconds = knownAt(values, value + 4);
    this.promptTokens = knownAt(values, value + 5);
    this.promptEvalCount = knownAt(values, value + 6);
    this.cachedCount = knownAt(values, value + 7);
    this.prefillMs = knownAt(values, value + 8);
    const word = wordsAt(index);
    this.#id = words[word] ?? 0;
    this.number = words[word + 1] ?? 0;
    const flags = words[word + 3] ?? 0;
    this.tailMode = decodeAnswer(flags & 3);
    this.hasKvCache = decodeAnswer(flags >> 2);
    return words[word + 2] ?? none;
  }
}

function knownAt(values: Float64Array, at: number): number | null {
  const value = values[at] ?? Number.NaN;
  return Number.isNaN(value) ? null : value;
}

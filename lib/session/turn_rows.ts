import { decodeAnswer, encodeAnswer } from "../event/metadata_value.ts";
import { growTo, maxBufferBytes, openGrowingBuffer } from "./growing_buffer.ts";
import type { PackedText } from "./packed_text.ts";
import type { Turn } from "./turn.ts";
import { known, TurnFields } from "./turn_fields.ts";

/** A turn in its conversation. */
export interface NumberedTurn extends Turn {
  /** From 1, in the order of the conversation. */
  readonly number: number;
}

/** What stands for the number of a row where there is none. */
export const noRow = 2 ** 32 - 1;

/** A row: float64 values first, then 32-bit words: id, number, successor, flags. */
const valuesPerRow = 9;
const wordsPerRow = 4;
const rowBytes = valuesPerRow * 8 + wordsPerRow * 4;
const rowsPerBuffer = Math.floor(maxBufferBytes / rowBytes);

/** Two views of one buffer. */
interface RowBuffer {
  readonly values: Float64Array<ArrayBuffer>;
  readonly words: Uint32Array<ArrayBuffer>;
}

/** Turns as rows of numbers, each with the number of a row that follows it. Memory: 88 bytes a row. */
export class TurnRows {
  readonly #buffers: RowBuffer[] = [];
  #length = 0;

  /** Adds a row without a successor and returns its number; `id` is the handle of the turn's id. */
  add(id: number, number: number, turn: Turn): number {
    const row = this.#length++;
    const { values, words } = this.bufferOf(row);
    growTo(values.buffer, ((row % rowsPerBuffer) + 1) * rowBytes);
    writeValues(values, valuesAt(row), turn);
    const at = wordsAt(row);
    words[at] = id;
    words[at + 1] = number;
    words[at + 2] = noRow;
    words[at + 3] = encodeAnswer(turn.tailMode) + 4 * encodeAnswer(turn.hasKvCache);
    return row;
  }

  /** Makes one row the successor of another. */
  link(from: number, to: number): void {
    this.bufferOf(from).words[wordsAt(from) + 2] = to;
  }

  /** The buffer that a row lies in. */
  bufferOf(row: number): RowBuffer {
    const at = Math.floor(row / rowsPerBuffer);
    const known = this.#buffers[at];
    if (known !== undefined) return known;
    const buffer = openGrowingBuffer();
    const opened = { values: new Float64Array(buffer), words: new Uint32Array(buffer) };
    this.#buffers.push(opened);
    return opened;
  }
}

/** Where a row's values begin, counted in float64. */
function valuesAt(row: number): number {
  return ((row % rowsPerBuffer) * rowBytes) / 8;
}

/** Where a row's words begin, counted in 32 bits. */
function wordsAt(row: number): number {
  return ((row % rowsPerBuffer) * rowBytes) / 4 + valuesPerRow * 2;
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

/** A turn as a row holds it: one object that becomes one turn after the other. */
export class RowTurn extends TurnFields implements NumberedTurn {
  readonly #rows: TurnRows;
  readonly #ids: PackedText;
  #id = 0;

  constructor(rows: TurnRows, ids: PackedText) {
    super();
    this.#rows = rows;
    this.#ids = ids;
  }

  /** Made when it is asked for. */
  get id(): string {
    return this.#ids.get(this.#id);
  }

  /** Becomes the turn of a row; returns the row of the next turn. */
  read(row: number): number {
    const { values, words } = this.#rows.bufferOf(row);
    const value = valuesAt(row);
    this.startSeconds = values[value] ?? Number.NaN;
    this.totalSeconds = values[value + 1] ?? Number.NaN;
    this.processingSeconds = values[value + 2] ?? Number.NaN;
    this.voiceToVoiceSeconds = known(values[value + 3]);
    this.llmSeconds = known(values[value + 4]);
    this.promptTokens = known(values[value + 5]);
    this.promptEvalCount = known(values[value + 6]);
    this.cachedCount = known(values[value + 7]);
    this.prefillMs = known(values[value + 8]);
    const word = wordsAt(row);
    this.#id = words[word] ?? 0;
    this.number = words[word + 1] ?? 0;
    const flags = words[word + 3] ?? 0;
    this.tailMode = decodeAnswer(flags & 3);
    this.hasKvCache = decodeAnswer(flags >> 2);
    return words[word + 2] ?? noRow;
  }
}

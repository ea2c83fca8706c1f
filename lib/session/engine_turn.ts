import { decodeAnswer } from "../event/metadata_value.ts";
import type { Engine } from "../event/scanner/engine.ts";
import { known, TurnFields } from "./turn_fields.ts";
import { noRow } from "./turn_rows.ts";
import type { TurnCursor } from "./turn_table.ts";

/** Float64 of a row in the engine's memory, and its words of four bytes; see `assembly/turn_row.ts` of lib/request. */
export const rowField = {
  startSeconds: 0,
  totalSeconds: 1,
  processingSeconds: 2,
  voiceToVoiceSeconds: 3,
  llmSeconds: 4,
  promptTokens: 5,
  promptEvalCount: 6,
  cachedCount: 7,
  prefillMs: 8,
  number: 18,
  next: 19,
  later: 20,
  flags: 21,
} as const;
const rowBytes = 88;

/** A turn as a row of the engine holds it. */
export class EngineTurn extends TurnFields implements TurnCursor {
  readonly #engine: Engine;
  #row = 0;
  #flags = 0;

  constructor(engine: Engine) {
    super();
    this.#engine = engine;
  }

  /** Made when it is asked for. */
  get id(): string {
    return idAt(this.#engine, this.#row + rowBytes, this.#flags >>> 8, (this.#flags & 16) !== 0);
  }

  read(row: number): number {
    const { words, doubles } = this.#engine;
    const at = row / 8;
    this.#row = row;
    this.startSeconds = doubles[at + rowField.startSeconds] ?? Number.NaN;
    this.totalSeconds = doubles[at + rowField.totalSeconds] ?? Number.NaN;
    this.processingSeconds = doubles[at + rowField.processingSeconds] ?? Number.NaN;
    this.voiceToVoiceSeconds = known(doubles[at + rowField.voiceToVoiceSeconds]);
    this.llmSeconds = known(doubles[at + rowField.llmSeconds]);
    this.promptTokens = known(doubles[at + rowField.promptTokens]);
    this.promptEvalCount = known(doubles[at + rowField.promptEvalCount]);
    this.cachedCount = known(doubles[at + rowField.cachedCount]);
    this.prefillMs = known(doubles[at + rowField.prefillMs]);
    const word = row / 4;
    this.number = words[word + rowField.number] ?? 0;
    this.#flags = words[word + rowField.flags] ?? 0;
    this.tailMode = decodeAnswer(this.#flags & 3);
    this.hasKvCache = decodeAnswer((this.#flags >> 2) & 3);
    return (words[word + rowField.next] ?? 0) >>> 0 || noRow;
  }
}

/** An id as the engine holds it: so many bytes of Latin-1 or, if it is wide, of UTF-16. */
export function idAt(engine: Engine, from: number, length: number, isWide: boolean): string {
  return engine.bytes.toString(isWide ? "utf16le" : "latin1", from, from + length);
}

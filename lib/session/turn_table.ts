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
const blockTurns = 1024;
/** Columns of a block: float64 values of a turn, and its id, number and successor. */
const valuesPerTurn = 9;
const linksPerTurn = 3;

interface Block {
  readonly values: Float64Array;
  readonly links: Uint32Array;
  /** Two answers of yes, no or nothing, packed. */
  readonly flags: Uint8Array;
}

/**
 * All turns of all conversations in columns, as none can be judged before the log's end is known.
 *
 * Memory: 85 bytes a turn and its id (10 bytes for one of 8 characters), in blocks of 1 024 turns.
 */
export class TurnTable {
  readonly #blocks: Block[] = [];
  readonly #ids = new PackedText();
  #length = 0;

  /** Adds a turn at the end of a list. */
  add(list: TurnList, number: number, turn: Turn): void {
    const index = this.#length++;
    const { values, links, flags } = this.#blockOf(index);
    const row = index % blockTurns;
    values.set(valuesOf(turn), row * valuesPerTurn);
    links.set([this.#ids.add(turn.id), number, none], row * linksPerTurn);
    flags[row] = encodeAnswer(turn.tailMode) + 4 * encodeAnswer(turn.hasKvCache);
    if (list.last === none) list.first = index;
    else this.#blockOf(list.last).links[(list.last % blockTurns) * linksPerTurn + 2] = index;
    list.last = index;
    list.length++;
  }

  /** The turns of a list, each made as it is asked for. */
  *turnsOf(list: TurnList): Generator<NumberedTurn> {
    for (let index = list.first; index !== none; ) {
      const { values, links, flags } = this.#blockOf(index);
      const row = index % blockTurns;
      const [id = 0, number = 0, next = none] = links.subarray(row * linksPerTurn);
      yield {
        ...turnFrom(values.subarray(row * valuesPerTurn, (row + 1) * valuesPerTurn)),
        id: this.#ids.get(id),
        number,
        tailMode: decodeAnswer((flags[row] ?? 0) & 3),
        hasKvCache: decodeAnswer((flags[row] ?? 0) >> 2),
      };
      index = next;
    }
  }

  #blockOf(index: number): Block {
    const at = Math.floor(index / blockTurns);
    this.#blocks[at] ??= {
      values: new Float64Array(blockTurns * valuesPerTurn),
      links: new Uint32Array(blockTurns * linksPerTurn),
      flags: new Uint8Array(blockTurns),
    };
    return this.#blocks[at];
  }
}

/** What is absent is NaN in a column. */
function valuesOf(turn: Turn): number[] {
  return [
    turn.startSeconds,
    turn.totalSeconds,
    turn.processingSeconds,
    turn.voiceToVoiceSeconds ?? Number.NaN,
    turn.llmSeconds ?? Number.NaN,
    turn.promptTokens ?? Number.NaN,
    turn.promptEvalCount ?? Number.NaN,
    turn.cachedCount ?? Number.NaN,
    turn.prefillMs ?? Number.NaN,
  ];
}

function turnFrom(values: Float64Array): Omit<Turn, "id" | "tailMode" | "hasKvCache"> {
  const at = (index: number) => values[index] ?? Number.NaN;
  const known = (index: number) => (Number.isNaN(at(index)) ? null : at(index));
  return {
    startSeconds: at(0),
    totalSeconds: at(1),
    processingSeconds: at(2),
    voiceToVoiceSeconds: known(3),
    llmSeconds: known(4),
    promptTokens: known(5),
    promptEvalCount: known(6),
    cachedCount: known(7),
    prefillMs: known(8),
  };
}

function encodeAnswer(answer: boolean | null): number {
  if (answer === null) return 0;
  return answer ? 2 : 1;
}

function decodeAnswer(code: number): boolean | null {
  return code === 0 ? null : code === 2;
}

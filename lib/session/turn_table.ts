import { boundedId } from "./bounded_id.ts";
import { PackedText } from "./packed_text.ts";
import type { Turn } from "./turn.ts";
import { type NumberedTurn, noRow, RowTurn, TurnRows } from "./turn_rows.ts";

/** The turns of one conversation within a table, in the order in which they were added. */
export interface TurnList {
  first: number;
  last: number;
  length: number;
}

/** A list without turns. */
export function emptyTurnList(): TurnList {
  return { first: noRow, last: noRow, length: 0 };
}

/**
 * So many turns are read between two collections of garbage: left to itself the collector lets as much
 * garbage stand as there is to keep, and more. A collection takes the longer the more conversations there
 * are, so that their number sets the pace, too. To begin with one makes as much garbage as some turns.
 */
const turnsPerCollection = 32_768;
const turnsPerCollectionAndList = 4;
const turnsPerBeginning = 8;

/** A turn that becomes one turn after the other. */
export interface TurnCursor extends NumberedTurn {
  /** Becomes the turn of a row; returns the row of the next turn, `noRow` for none. */
  read(row: number): number;
}

/** Reads lists of turns, and sees to it that garbage is collected now and then. */
export class TurnReading {
  #sinceCollection = 0;

  /**
   * The turns of a list, each read by a cursor as it is asked for; one object serves for all of them.
   * `lists` is how many lists there are.
   */
  turnsOf(list: TurnList, lists: number, open: () => TurnCursor): Iterable<NumberedTurn> {
    const collect = () => this.#collectSometimes(1, lists);
    return {
      [Symbol.iterator]: () => {
        this.#collectSometimes(turnsPerBeginning, lists);
        return new TurnIterator(open(), list.first, collect);
      },
    };
  }

  #collectSometimes(turns: number, lists: number): void {
    this.#sinceCollection += turns;
    const pace = Math.max(turnsPerCollection, turnsPerCollectionAndList * lists);
    if (this.#sinceCollection < pace) return;
    this.#sinceCollection = 0;
    Bun.gc(true);
  }
}

/**
 * All turns of all conversations, packed, as none can be judged before the log's end is known.
 *
 * Memory: 88 bytes a turn and its id (10 bytes for one of 8 characters).
 */
export class TurnTable {
  readonly #rows = new TurnRows();
  readonly #ids = new PackedText();
  /** Lists that have turns. */
  #lists = 0;
  readonly #reading = new TurnReading();

  /** Adds a turn at the end of a list. */
  add(list: TurnList, number: number, turn: Turn): void {
    const row = this.#rows.add(this.#ids.add(boundedId(turn.id)), number, turn);
    if (list.last === noRow) {
      list.first = row;
      this.#lists++;
    } else this.#rows.link(list.last, row);
    list.last = row;
    list.length++;
  }

  /** The turns of a list, each read as it is asked for; one object serves for all of them. */
  turnsOf(list: TurnList): Iterable<NumberedTurn> {
    return this.#reading.turnsOf(list, this.#lists, () => new RowTurn(this.#rows, this.#ids));
  }
}

/** Goes through a list of turns: the turn at hand, the iterator and its result are one object each. */
class TurnIterator implements Iterator<NumberedTurn> {
  readonly #turn: TurnCursor;
  readonly #result: { done: boolean; value: NumberedTurn };
  readonly #collect: () => void;
  #next: number;

  constructor(turn: TurnCursor, first: number, collect: () => void) {
    this.#turn = turn;
    this.#result = { done: false, value: turn };
    this.#next = first;
    this.#collect = collect;
  }

  next(): IteratorResult<NumberedTurn, NumberedTurn> {
    this.#collect();
    if (this.#next === noRow) this.#result.done = true;
    else this.#next = this.#turn.read(this.#next);
    return this.#result;
  }
}

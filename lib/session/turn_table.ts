import { boundedId } from "./bounded_id.ts";
import { PacedCollection } from "./paced_collection.ts";
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

/** So many turns are read, and what is made of them written, between two collections of garbage. */
const turnsPerCollection = 2048;
/** To begin with a conversation, and to describe it, leaves as much garbage as so many turns. */
const turnsPerBeginning = 16;

/** A turn that becomes one turn after the other. */
export interface TurnCursor extends NumberedTurn {
  /** Becomes the turn of a row; returns the row of the next turn, `noRow` for none. */
  read(row: number): number;
}

/** Reads lists of turns, and sees to it that garbage is collected now and then. */
export class TurnReading {
  readonly #collection = new PacedCollection(turnsPerCollection);

  /** The turns of a list, each read by a cursor as it is asked for; one object serves for all of them. */
  turnsOf(list: TurnList, open: () => TurnCursor): Iterable<NumberedTurn> {
    return {
      [Symbol.iterator]: () => {
        this.#collection.step(turnsPerBeginning);
        return new TurnIterator(open(), list.first, this.#collection);
      },
    };
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
  readonly #reading = new TurnReading();

  /** Adds a turn at the end of a list. */
  add(list: TurnList, number: number, turn: Turn): void {
    const row = this.#rows.add(this.#ids.add(boundedId(turn.id)), number, turn);
    if (list.last === noRow) list.first = row;
    else this.#rows.link(list.last, row);
    list.last = row;
    list.length++;
  }

  /** The turns of a list, each read as it is asked for; one object serves for all of them. */
  turnsOf(list: TurnList): Iterable<NumberedTurn> {
    return this.#reading.turnsOf(list, () => new RowTurn(this.#rows, this.#ids));
  }
}

/** Goes through a list of turns: the turn at hand, the iterator and its result are one object each. */
class TurnIterator implements Iterator<NumberedTurn> {
  readonly #turn: TurnCursor;
  readonly #result: { done: boolean; value: NumberedTurn };
  readonly #collection: PacedCollection;
  #next: number;

  constructor(turn: TurnCursor, first: number, collection: PacedCollection) {
    this.#turn = turn;
    this.#result = { done: false, value: turn };
    this.#next = first;
    this.#collection = collection;
  }

  next(): IteratorResult<NumberedTurn, NumberedTurn> {
    this.#collection.step();
    if (this.#next === noRow) this.#result.done = true;
    else this.#next = this.#turn.read(this.#next);
    return this.#result;
  }
}

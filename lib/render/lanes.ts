import { compareExtents, type Extent } from "./trace_time.ts";

/**
 * Parts extents that belong together into as few rows as need be, so that in each row any two are apart or
 * one lies in the other. In a row they stand by start, the longer ones first.
 */
export function nestInRows<Item extends Extent>(items: readonly Item[]): Item[][] {
  const rows: { items: Item[]; open: Item[] }[] = [];
  for (const item of items.toSorted(compareExtents)) {
    const row = rows.find(({ open }) => {
      while (isOver(open.at(-1), item)) open.pop();
      const around = open.at(-1);
      return around === undefined || around.endMicros >= item.endMicros;
    });
    if (row === undefined) rows.push({ items: [item], open: [item] });
    else {
      row.items.push(item);
      row.open.push(item);
    }
  }
  return rows.map((row) => row.items);
}

function isOver(open: Extent | undefined, next: Extent): boolean {
  return open !== undefined && open.endMicros <= next.startMicros;
}

/**
 * The rows of a viewer's track, each with a number, given out to what is shown there one after the other.
 * What goes on at the same time gets rows of its own.
 *
 * Memory: a number for each row, of which there are so many as things go on at a time, at most `limit`.
 */
export class Lanes {
  readonly #limit: number;
  /** Until when each row is taken, microseconds. */
  readonly #takenUntil: number[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  get count(): number {
    return this.#takenUntil.length;
  }

  /** The first row that is free from then on, or a new one; null if there are too many. */
  take({ startMicros, endMicros }: Extent): number | null {
    const free = this.#takenUntil.findIndex((until) => until <= startMicros);
    const lane = free < 0 ? this.#takenUntil.length : free;
    if (lane >= this.#limit) return null;
    this.#takenUntil[lane] = endMicros;
    return lane;
  }
}

import type { SeriesSlot, SeriesTable } from "../stats/series_table.ts";
import { stepName } from "./gaps.ts";
import type { NamedEvent } from "./known_places.ts";

/** From one event to the next: how that is called, and the series that its length belongs to. */
export interface PlannedStep {
  readonly name: string;
  readonly slot: SeriesSlot;
}

/** Steps remembered; further ones are made each time they are asked for. */
const maxRemembered = 16_384;

/** Steps by the two pairs of names that they lie between: a few in many orders of events. */
export class PlannedSteps {
  readonly #table: SeriesTable;
  readonly #steps = new Map<number, PlannedStep>();

  /** Steps are counted in `table`, where each takes a place when it is asked for first. */
  constructor(table: SeriesTable) {
    this.#table = table;
  }

  /** All steps of a request whose events have these numbers, of 16 bits, and these names. */
  of(numbers: Uint16Array, names: readonly NamedEvent[]): PlannedStep[] {
    const steps: PlannedStep[] = [];
    for (let place = 1; place < names.length; place++) {
      const [from, to] = [names[place - 1], names[place]];
      if (from === undefined || to === undefined) continue;
      const key = (numbers[place - 1] ?? 0) * 65_536 + (numbers[place] ?? 0);
      steps.push(this.#steps.get(key) ?? this.#make(key, stepName(from, to)));
    }
    return steps;
  }

  #make(key: number, name: string): PlannedStep {
    const step = { name, slot: this.#table.slot(name) };
    if (this.#steps.size < maxRemembered) this.#steps.set(key, step);
    return step;
  }
}

import { Events } from "../event/names.ts";

/** What places are told by: an event without time and metadata. */
export interface NamedEvent {
  readonly service: string;
  readonly name: string;
}

const numbers: ReadonlyMap<string, number> = new Map(
  Object.values(Events).map((name, number) => [name, number]),
);
const nowhere: readonly number[] = [];

/** The number of a name of `Events`, from 0 on; -1 for any other. */
export function knownNumber(name: string): number {
  return numbers.get(name) ?? -1;
}

/**
 * Where the names of `Events` occur among the events of one request. Asked again and again by the rules,
 * so the names are looked up once.
 */
export class KnownPlaces {
  readonly #places = new Array<number[] | undefined>(numbers.size);

  constructor(events: readonly NamedEvent[]) {
    for (let place = 0; place < events.length; place++) {
      const number = knownNumber(events[place]?.name ?? "");
      if (number < 0) continue;
      const known = this.#places[number];
      if (known === undefined) this.#places[number] = [place];
      else known.push(place);
    }
  }

  /** All places of a name, in the order of events. */
  of(name: string): readonly number[] {
    return this.#places[knownNumber(name)] ?? nowhere;
  }

  /** Those of the first of these names that occurs. */
  ofFirst(names: readonly string[]): readonly number[] {
    for (const name of names) {
      const met = this.of(name);
      if (met.length > 0) return met;
    }
    return nowhere;
  }
}

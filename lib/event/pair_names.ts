/** Pairs kept apart; further ones are one pair, `unknown` `other`. */
const maxPairs = 16_384;

/** The number of the pair that stands for all further ones. */
export const otherPair = 0;

/** Service and name of an event. */
export interface Pair {
  readonly service: string;
  readonly name: string;
}

/** Numbers for the pairs of service and event name that a log brings. Bounded. */
export class PairNames {
  readonly #pairs: Pair[] = [{ service: "unknown", name: "other" }];
  /** By service, and then by name: a key of both would be made for every event that is looked up. */
  readonly #numbers = new Map<string, Map<string, number>>();

  /** The number of a pair, a new one if it has none. */
  numberOf(service: string, name: string): number {
    const ofService = this.#numbers.get(service);
    const known = ofService?.get(name);
    if (known !== undefined) return known;
    if (this.#pairs.length >= maxPairs) return otherPair;
    const number = this.#pairs.length;
    this.#pairs.push({ service, name });
    if (ofService === undefined) this.#numbers.set(service, new Map([[name, number]]));
    else ofService.set(name, number);
    return number;
  }

  /** How many pairs have a number. */
  get size(): number {
    return this.#pairs.length;
  }

  /** The pair of a number that `numberOf` gave. */
  at(number: number): Pair {
    const pair = this.#pairs[number];
    if (pair === undefined) throw new RangeError(`No pair of names has the number ${number}`);
    return pair;
  }
}

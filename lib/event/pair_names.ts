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
  readonly #numbers = new Map<string, number>();

  /** The number of a pair, a new one if it has none. */
  numberOf(service: string, name: string): number {
    const key = `${service.length} ${service}${name}`;
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    if (this.#pairs.length >= maxPairs) return otherPair;
    const number = this.#pairs.length;
    this.#pairs.push({ service, name });
    this.#numbers.set(key, number);
    return number;
  }

  /** The pair of a number that `numberOf` gave. */
  at(number: number): Pair {
    const pair = this.#pairs[number];
    if (pair === undefined) throw new RangeError(`No pair of names has the number ${number}`);
    return pair;
  }
}

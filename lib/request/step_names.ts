import type { PairNames } from "../event/pair_names.ts";
import { stepName } from "./gaps.ts";

/** Names that are kept: to make one takes longer than to find it. */
const maxKept = 10_000;
/** Pairs have smaller numbers. */
const pairsAtMost = 65_536;

/** Names of steps between events whose names are known by the numbers of `PairNames`. */
export class StepNames {
  readonly #pairs: Pick<PairNames, "at">;
  readonly #known = new Map<number, string>();

  constructor(pairs: Pick<PairNames, "at">) {
    this.#pairs = pairs;
  }

  /** The name of the step from one event to another. */
  nameOf(from: number, to: number): string {
    const step = from * pairsAtMost + to;
    const known = this.#known.get(step);
    if (known !== undefined) return known;
    const name = stepName(this.#pairs.at(from), this.#pairs.at(to));
    if (this.#known.size < maxKept) this.#known.set(step, name);
    return name;
  }
}

import type { Pair, PairNames } from "../event/pair_names.ts";
import type { CompactEvents } from "./event_store.ts";

/** Plans kept; a request of a further or longer shape gets one of its own, which costs more. */
const maxPlans = 4_096;
const maxPlannedEvents = 256;

/** What has been found out about all requests whose events have the same names in the same order. */
export interface Planned {
  readonly shape: Uint16Array;
}

/** Plans by the order of events that they are for, each made when such a request is met first. */
export class PlanCache<Plan extends Planned> {
  readonly #names: PairNames;
  readonly #make: (shape: Uint16Array, pairs: readonly Pair[]) => Plan;
  readonly #plans = new Map<number, Plan[]>();
  #count = 0;

  constructor(names: PairNames, make: (shape: Uint16Array, pairs: readonly Pair[]) => Plan) {
    this.#names = names;
    this.#make = make;
  }

  /** The plan for a request of these events. */
  planOf(events: CompactEvents): Plan {
    const { count, pairs } = events;
    let hash = count;
    for (let index = 0; index < count; index++) {
      hash = Math.imul(hash ^ (pairs[index] ?? 0), 0x01000193) + (hash >>> 13);
    }
    const known = this.#plans.get(hash);
    if (known !== undefined) for (const plan of known) if (isShape(plan.shape, events)) return plan;
    const shape = pairs.slice(0, count);
    const made = this.#make(
      shape,
      Array.from(shape, (pair) => this.#names.at(pair)),
    );
    if (this.#count < maxPlans && count <= maxPlannedEvents) {
      this.#count++;
      this.#plans.set(hash, [...(known ?? []), made]);
    }
    return made;
  }
}

function isShape(shape: Uint16Array, { count, pairs }: CompactEvents): boolean {
  if (shape.length !== count) return false;
  for (let index = 0; index < count; index++) if (shape[index] !== pairs[index]) return false;
  return true;
}

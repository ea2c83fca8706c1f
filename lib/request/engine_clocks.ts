import type { Engine } from "../event/scanner/engine.ts";
import { maxRecent } from "../stats/recent_observations.ts";
import type { Exchange } from "./causal_links.ts";
import { type ClockOffsets, type PairOffsets, roundingSeconds } from "./clock_offsets.ts";

/** What the compiled clocks offer; `assembly/clocks.ts` explains each. */
interface ClockExports {
  openClocks(rounding: number): void;
  newClockPair(): number;
  readonly outSeconds: WebAssembly.Global<"i32">;
}

/** Float64 of a pair in the engine's memory, and its words of four bytes; see `assembly/clocks.ts`. */
const clockField = { low: 0, high: 1, isBounded: 4, gathered: 5, answered: 6, rows: 7 } as const;

const rowNumbers = 3;

/**
 * Takes exchanges between services from the engine, which gathers those that tell nothing new and hands
 * over the others one by one.
 */
export class EngineClocks {
  readonly #engine: Engine;
  readonly #clocks: ClockOffsets;
  readonly #exports: ClockExports;
  /** Where the engine has a pair. */
  readonly #places = new Map<PairOffsets, number>();

  /** The engine's table must be open already. */
  constructor(engine: Engine, clocks: ClockOffsets) {
    this.#engine = engine;
    this.#clocks = clocks;
    this.#exports = engine.exports as unknown as ClockExports;
    this.#exports.openClocks(roundingSeconds);
  }

  /** Where the engine has the pair of two services; null if there are too many pairs. */
  placeOf(exchange: Pick<Exchange, "from" | "to">): number | null {
    const pair = this.#clocks.pairOf(exchange);
    if (pair === null) return null;
    const known = this.#places.get(pair);
    if (known !== undefined) return known;
    const place = this.#exports.newClockPair();
    this.#places.set(pair, place);
    return place;
  }

  /** Takes an exchange of a request that the engine has just read, and that has so many events. */
  take(exchange: Exchange, events: number): void {
    this.end();
    const { outSeconds } = this.#exports;
    const instants = new Float64Array(this.#engine.buffer, outSeconds.value, events);
    const hasJumped = this.#clocks.addOne(exchange, instants);
    const pair = this.#clocks.pairOf(exchange);
    for (const [one, place] of this.#places) if (hasJumped || one === pair) this.#bound(one, place);
  }

  /** Takes what the engine has gathered; to be called at the end too. */
  end(): void {
    const { words } = this.#engine;
    for (const [pair, place] of this.#places) {
      if (words[place / 4 + clockField.gathered] !== 0) this.#empty(pair, place);
    }
  }

  #empty(pair: PairOffsets, place: number): void {
    const { words, doubles } = this.#engine;
    const word = (field: number) => words[place / 4 + field] ?? 0;
    const gathered = word(clockField.gathered);
    const remembered = Math.min(gathered, maxRecent);
    const rows = new Float64Array(remembered * rowNumbers);
    for (let index = 0; index < remembered; index++) {
      const row = (gathered - remembered + index) % maxRecent;
      const at = word(clockField.rows) / 8 + row * rowNumbers;
      rows.set(doubles.subarray(at, at + rowNumbers), index * rowNumbers);
    }
    pair.addWithin(gathered, word(clockField.answered), rows);
    words[place / 4 + clockField.gathered] = 0;
    words[place / 4 + clockField.answered] = 0;
  }

  /** Tells the engine within what an exchange is nothing new. */
  #bound(pair: PairOffsets, place: number): void {
    const { words, doubles } = this.#engine;
    const { bounds } = pair;
    words[place / 4 + clockField.isBounded] = bounds === null ? 0 : 1;
    doubles[place / 8 + clockField.low] = bounds?.low ?? 0;
    doubles[place / 8 + clockField.high] = bounds?.high ?? 0;
  }
}

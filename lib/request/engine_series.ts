import type { Engine } from "../event/scanner/engine.ts";
import { ExactSum } from "../stats/exact_sum.ts";
import { maxExactSamples, type SeriesParts } from "../stats/series.ts";
import type { SeriesSlot, SlotParts } from "../stats/series_table.ts";

/** What the compiled series offer; `assembly/series.ts` explains each. */
interface SeriesExports {
  openSeries(most: number): void;
  countAll(): void;
  newSeries(number: number, isExact: boolean, target: number): number;
}

/** Float64 of a series in the engine's memory, and its words of four bytes; see `assembly/series.ts`. */
const seriesField = {
  evenSum: 0,
  oddSum: 1,
  waitSum: 2,
  least: 3,
  greatest: 4,
  passed: 11,
  count: 12,
  requests: 13,
  samples: 15,
  sketch: 17,
} as const;

/** Words of a sketch; see `assembly/sketch.ts`. */
const sketchField = { zeros: 0, lowest: 1, buckets: 2, size: 3 } as const;

/** What roundings have left out of the sums of a series. */
interface Rests {
  readonly sum: ExactSum;
  readonly wait: ExactSum;
}

/** Series that the engine gathers; each is known by its place in the engine's memory. */
export class EngineSeries {
  readonly #engine: Engine;
  readonly #exports: SeriesExports;
  /** By the number of a series; mostly nothing is left out. */
  readonly #rests = new Map<number, Rests>();
  readonly #numbers = new Map<number, number>();
  readonly #slots = new Map<SeriesSlot, number>();

  /** The engine's table must be open already. */
  constructor(engine: Engine) {
    this.#engine = engine;
    this.#exports = engine.exports as unknown as SeriesExports;
    this.#exports.openSeries(maxExactSamples);
    engine.host["keepRest"] = (series = 0, ofWait = 0, rest = 0) => {
      const rests = this.#restsOf(series);
      // Beyond the range of float64 there is no rest to speak of.
      if (Number.isFinite(rest)) (ofWait === 0 ? rests.sum : rests.wait).add(rest);
    };
  }

  /**
   * Makes a series and returns its place; `isExact` says whether it keeps samples as they are. With a
   * `target`, the place of another, all samples go there and are only counted here.
   */
  add(isExact: boolean, target: number | null): number {
    const number = this.#numbers.size;
    const place = this.#exports.newSeries(number, isExact, target ?? 0);
    this.#numbers.set(place, number);
    return place;
  }

  /** Where the engine gathers the samples of a slot: it gets a place when it is asked for first. */
  placeOf(slot: SeriesSlot): number {
    const known = this.#slots.get(slot);
    if (known !== undefined) return known;
    const { target } = slot;
    const place = this.add(slot.series.isExact, target === slot ? null : this.placeOf(target));
    this.#slots.set(slot, place);
    return place;
  }

  /** Has the engine count what it still holds; to be called before reading. */
  end(): void {
    this.#exports.countAll();
  }

  /** Reads out what was gathered in the series of a place. */
  read(place: number): SlotParts {
    const { words, doubles } = this.#engine;
    const number = (field: number) => doubles[place / 8 + field] ?? Number.NaN;
    const word = (field: number) => words[place / 4 + field] ?? 0;
    const rests = this.#rests.get(this.#numbers.get(place) ?? -1);
    const n = word(seriesField.count);
    const sketch = word(seriesField.sketch);
    const samples = word(seriesField.samples) / 8;
    return {
      series: {
        n,
        sum: [
          number(seriesField.evenSum),
          number(seriesField.oddSum),
          ...(rests?.sum.parts() ?? []),
        ],
        min: number(seriesField.least),
        max: number(seriesField.greatest),
        samples: sketch === 0 ? doubles.slice(samples, samples + n) : null,
        sketch: sketch === 0 ? null : this.#readSketch(sketch / 4, n),
      },
      wait: [number(seriesField.waitSum), ...(rests?.wait.parts() ?? [])],
      requests: word(seriesField.requests),
      taken: n + word(seriesField.passed),
    };
  }

  #readSketch(at: number, count: number): SeriesParts["sketch"] {
    const { words } = this.#engine;
    const word = (field: number) => words[at + field] ?? 0;
    const buckets = word(sketchField.buckets) / 4;
    const { buffer } = words.slice(buckets, buckets + word(sketchField.size));
    return {
      count,
      zeros: word(sketchField.zeros),
      lowest: word(sketchField.lowest),
      buckets: new Uint32Array(buffer),
    };
  }

  #restsOf(series: number): Rests {
    const known = this.#rests.get(series);
    if (known !== undefined) return known;
    const rests = { sum: new ExactSum(), wait: new ExactSum() };
    this.#rests.set(series, rests);
    return rests;
  }
}

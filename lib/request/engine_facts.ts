import type { Engine } from "../event/scanner/engine.ts";
import { loadLimitMs } from "../report/hint_evidence.ts";
import { largestCoordinate, type WholeSums } from "../stats/whole_regression.ts";
import type { EngineSeries } from "./engine_series.ts";
import { type FactParts, keepAliveSeconds, prefillUnitMs } from "./hint_evidence.ts";

/** What the compiled facts offer; `assembly/facts.ts` explains each. */
interface FactExports {
  openFacts(keepAlive: number, prefillUnit: number, largest: number, loadLimit: number): void;
  placeFacts(loading: number, silence: number, observedSilence: number): void;
  firstTurns(): number;
  firstCall(): number;
  firstCallLoad(): number;
  lastCall(): number;
  prefillSums(): number;
}

/** What hints look at in the requests of an engine, which gathers it. */
export class EngineFacts {
  readonly #engine: Engine;
  readonly #series: EngineSeries;
  readonly #exports: FactExports;
  readonly #loads: number;
  readonly #configured: number;
  readonly #observed: number;

  constructor(engine: Engine, series: EngineSeries) {
    this.#engine = engine;
    this.#series = series;
    this.#exports = engine.exports as unknown as FactExports;
    this.#exports.openFacts(keepAliveSeconds, prefillUnitMs, largestCoordinate, loadLimitMs);
    this.#loads = series.add(true, null);
    this.#configured = series.add(true, null);
    this.#observed = series.add(true, null);
    this.#exports.placeFacts(this.#loads, this.#configured, this.#observed);
  }

  /** Reads out what was gathered. */
  read(): FactParts {
    return {
      prefill: this.#readSums(),
      firstTurns: this.#exports.firstTurns(),
      firstCall: {
        calledSeconds: this.#exports.firstCall(),
        loadMs: this.#exports.firstCallLoad(),
      },
      lastCallSeconds: this.#exports.lastCall(),
      loads: this.#series.read(this.#loads).series,
      configured: this.#series.read(this.#configured).series,
      observed: this.#series.read(this.#observed).series,
    };
  }

  #readSums(): WholeSums {
    const words = new BigUint64Array(this.#engine.buffer, this.#exports.prefillSums(), 12);
    const sum = (index: number) => (words[index * 2] ?? 0n) + ((words[index * 2 + 1] ?? 0n) << 64n);
    return { n: Number(sum(0)), x: sum(1), y: sum(2), xx: sum(3), yy: sum(4), xy: sum(5) };
  }
}

import type { PairNames } from "../event/pair_names.ts";
import type { Engine } from "../event/scanner/engine.ts";
import { endpointing, llmChildren } from "../event/span_catalogue.ts";
import type { SeriesSlot } from "../stats/series_table.ts";
import { outcomes } from "./figures.ts";
import { planWords } from "./plan_words.ts";
import { planRequest } from "./request_plan.ts";
import type { RequestSummary } from "./summarize.ts";

/** Samples that the engine gathers of a series before it tells. */
const gatheredSamples = 64;

/** What the compiled measuring offers; `assembly/measure.ts` and its neighbours explain each. */
interface MeasureExports {
  nameSettings(endpointing: number, load: number, prefill: number, generation: number): void;
  placeFigures(total: number, playback: number, processing: number, voiceToVoice: number): void;
  startMeasuring(): void;
  flushSeries(): void;
  outcomeCount(outcome: number): number;
  oldestStart(): number;
  planRoom(bytes: number): number;
  newSeries(number: number, limit: number): number;
  readonly outPairs: WebAssembly.Global<"i32">;
}

/**
 * Takes the requests of a table into a summary: the same figures as `RequestSummary.add` gets from
 * objects. What is to be measured is asked of the plain rules once for each order of events; measuring
 * itself is the engine's, which brings samples by the dozen.
 */
export class CompactSummary {
  readonly #summary: RequestSummary;
  readonly #pairs: PairNames;
  readonly #engine: Engine;
  readonly #exports: MeasureExports;
  /** Names of spans and gaps, by the numbers that plans have for them. */
  readonly #names: string[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #slots: SeriesSlot[] = [];
  /** Where the engine gathers the samples of a slot. */
  readonly #places = new Map<SeriesSlot, number>();

  /** Measures what the engine's table hands out from now on. */
  constructor(summary: RequestSummary, pairs: PairNames, engine: Engine) {
    this.#summary = summary;
    this.#pairs = pairs;
    this.#engine = engine;
    this.#exports = engine.exports as unknown as MeasureExports;
    engine.host["makePlan"] = (events = 0) => this.#makePlan(events);
    engine.host["placeSeries"] = (isGap = 0, name = 0) => this.#placeSeries(isGap !== 0, name);
    engine.host["takeSamples"] = (series = 0, at = 0, count = 0) =>
      this.#slots[series]?.addAll(engine.doubles, at, count);
    const names = [endpointing.name, ...llmChildren.map(({ name }) => name)];
    const [wait = 0, load = 0, prefill = 0, generation = 0] = names.map((name) =>
      this.#numberOf(name),
    );
    this.#exports.startMeasuring();
    this.#exports.nameSettings(wait, load, prefill, generation);
    const { total, playback, processing, voiceToVoice } = summary.figures;
    this.#exports.placeFigures(
      this.#placeOf(total),
      this.#placeOf(playback),
      this.#placeOf(processing),
      this.#placeOf(voiceToVoice),
    );
  }

  /** Start of the oldest request; null if there was none. */
  get oldestSeconds(): number | null {
    const start = this.#exports.oldestStart();
    return start === Number.POSITIVE_INFINITY ? null : start;
  }

  /** Takes what the engine has not told yet; to be called once, when the table has ended. */
  end(): void {
    this.#exports.flushSeries();
    for (const [index, outcome] of outcomes.entries()) {
      this.#summary.countOutcome(outcome, this.#exports.outcomeCount(index));
    }
  }

  #makePlan(events: number): number {
    const { outPairs } = this.#exports;
    const shape = new Uint16Array(this.#engine.buffer, outPairs.value, events).slice();
    const names = Array.from(shape, (pair) => this.#pairs.at(pair));
    const plan = planRequest(shape, names, this.#summary.tables);
    const words = planWords(plan, {
      name: (name) => this.#numberOf(name),
      series: ({ slot }) => this.#placeOf(slot),
    });
    const at = this.#exports.planRoom(words.byteLength);
    this.#engine.words.set(words, at / 4);
    return at;
  }

  #numberOf(name: string): number {
    const known = this.#numbers.get(name);
    if (known !== undefined) return known;
    const number = this.#names.push(name) - 1;
    this.#numbers.set(name, number);
    return number;
  }

  #placeSeries(isGap: boolean, name: number): number {
    const { spans, gaps } = this.#summary.tables;
    return this.#placeOf((isGap ? gaps : spans).slot(this.#names[name] ?? ""));
  }

  #placeOf(slot: SeriesSlot): number {
    const known = this.#places.get(slot);
    if (known !== undefined) return known;
    const number = this.#slots.push(slot) - 1;
    const place = this.#exports.newSeries(number, slot.isShared ? 1 : gatheredSamples);
    this.#places.set(slot, place);
    return place;
  }
}

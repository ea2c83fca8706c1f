import type { PairNames } from "../event/pair_names.ts";
import type { Engine } from "../event/scanner/engine.ts";
import { endpointing, llmChildren } from "../event/span_catalogue.ts";
import type { ClockPairReport } from "../report/clock_report.ts";
import type { SeriesSlot, SeriesTable } from "../stats/series_table.ts";
import type { Exchange } from "./causal_links.ts";
import { EngineClocks } from "./engine_clocks.ts";
import { EngineFacts } from "./engine_facts.ts";
import { EngineLedger } from "./engine_ledger.ts";
import type { EngineParts } from "./engine_parts.ts";
import { EngineSeries } from "./engine_series.ts";
import { outcomes } from "./figures.ts";
import type { HintEvidenceBuilder } from "./hint_evidence.ts";
import type { LedgerSummary } from "./ledger_summary.ts";
import { planWords } from "./plan_words.ts";
import { planRequest } from "./request_plan.ts";
import type { FigureParts, RequestSummary } from "./summarize.ts";

/** Number of the plans that serve for one request only. */
const sharedNumber = 0;

/** What the compiled measuring offers; `assembly/measure.ts` and its neighbours explain each. */
interface MeasureExports {
  nameSettings(endpointing: number, load: number, prefill: number, generation: number): void;
  placeFigures(total: number, playback: number, processing: number, voiceToVoice: number): void;
  startMeasuring(): void;
  outcomeCount(outcome: number): number;
  oldestStart(): number;
  newestEnd(): number;
  planRoom(bytes: number): number;
  readonly outPairs: WebAssembly.Global<"i32">;
}

/**
 * Takes the requests of a table into a summary: the same figures as `RequestSummary.add` gets from
 * objects, and hints the same evidence. What is to be measured is asked of the plain rules once for each
 * order of events; measuring itself is the engine's, and its figures come here at the end.
 */
export class CompactSummary {
  readonly #summary: RequestSummary;
  readonly #pairs: PairNames;
  readonly #engine: Engine;
  readonly #exports: MeasureExports;
  readonly #series: EngineSeries;
  readonly #clocks: EngineClocks;
  readonly #facts: EngineFacts;
  readonly #ledger: EngineLedger | null;
  readonly #evidence: HintEvidenceBuilder;
  /** All that is needed of plans again, by their numbers; those that the engine does not keep share one. */
  readonly #exchanges: (readonly Exchange[])[] = [[]];
  /** Names of spans and gaps, by the numbers that plans have for them. */
  readonly #names: string[] = [];
  readonly #numbers = new Map<string, number>();
  /** The slots in use, with those that take the samples of others. */
  readonly #slots = new Set<SeriesSlot>();
  readonly #figures: Readonly<Record<"total" | "playback" | "processing" | "voiceToVoice", number>>;

  /** Measures what the engine's open table hands out from now on; with a `ledger` its rows, too. */
  constructor(
    summary: RequestSummary,
    evidence: HintEvidenceBuilder,
    pairs: PairNames,
    engine: Engine,
    ledger: LedgerSummary | null = null,
  ) {
    this.#summary = summary;
    this.#evidence = evidence;
    this.#pairs = pairs;
    this.#engine = engine;
    this.#exports = engine.exports as unknown as MeasureExports;
    engine.host["makePlan"] = (events = 0, isKept = 0) => this.#makePlan(events, isKept !== 0);
    engine.host["placeSeries"] = (isGap = 0, name = 0) => this.#placeSeries(isGap !== 0, name);
    this.#exports.startMeasuring();
    engine.host["takeExchange"] = (plan = 0, exchange = 0, events = 0) =>
      this.#takeExchange(plan, exchange, events);
    this.#series = new EngineSeries(engine);
    this.#clocks = new EngineClocks(engine, summary.clocks);
    this.#facts = new EngineFacts(engine, this.#series);
    this.#ledger = ledger && new EngineLedger(engine, this.#series, ledger);
    const names = [endpointing.name, ...llmChildren.map(({ name }) => name)];
    const [wait = 0, load = 0, prefill = 0, generation = 0] = names.map((name) =>
      this.#numberOf(name),
    );
    this.#exports.nameSettings(wait, load, prefill, generation);
    const figure = () => this.#series.add(true, null);
    const figures = {
      total: figure(),
      playback: figure(),
      processing: figure(),
      voiceToVoice: figure(),
    };
    this.#figures = figures;
    const { total, playback, processing, voiceToVoice } = figures;
    this.#exports.placeFigures(total, playback, processing, voiceToVoice);
  }

  /** Start of the oldest request; null if there was none. */
  get oldestSeconds(): number | null {
    const start = this.#exports.oldestStart();
    return start === Number.POSITIVE_INFINITY ? null : start;
  }

  /** The latest event of all requests; null if there was none. */
  get newestSeconds(): number | null {
    const end = this.#exports.newestEnd();
    return end === Number.NEGATIVE_INFINITY ? null : end;
  }

  /** Takes what the engine has measured into the summary; to be called once, when the table has ended. */
  end(): void {
    this.#series.end();
    this.#summary.mergeFigures(this.#readFigures());
    for (const slot of this.#slots) slot.merge(this.#series.read(this.#series.placeOf(slot)));
    this.#ledger?.end(this.#series.read(this.#figures.voiceToVoice).wait);
    this.#clocks.end();
    this.#evidence.merge(this.#facts.read());
  }

  /**
   * What the engine has measured, to be merged into the summary of another; only where that is free of
   * order, so that each series has a name of its own.
   */
  parts(): EngineParts {
    this.#series.end();
    const partsOf = ({ slots }: SeriesTable) =>
      new Map(Array.from(slots, ([name, slot]) => [name, this.#series.read(this.#placeOf(slot))]));
    const { spans, gaps, steps } = this.#summary.tables;
    const summary = {
      figures: this.#readFigures(),
      spans: partsOf(spans),
      gaps: partsOf(gaps),
      steps: partsOf(steps),
    };
    const [facts, clocks] = [this.#facts.read(), this.readClocks()];
    const ledger = this.#ledger?.parts(summary.figures.voiceToVoice.wait) ?? null;
    const { oldestSeconds, newestSeconds } = this;
    return { summary, facts, clocks, ledger, oldestSeconds, newestSeconds };
  }

  /** How far the clocks of services are apart, as far as the table has come. */
  readClocks(): ClockPairReport[] {
    this.#clocks.end();
    return this.#summary.clocks.read();
  }

  #readFigures(): FigureParts {
    const { total, playback, processing, voiceToVoice } = this.#figures;
    return {
      total: this.#series.read(total),
      playback: this.#series.read(playback),
      processing: this.#series.read(processing),
      voiceToVoice: this.#series.read(voiceToVoice),
      outcomes: outcomes.map((outcome, index) => [outcome, this.#exports.outcomeCount(index)]),
    };
  }

  #takeExchange(plan: number, exchange: number, events: number): void {
    const met = this.#exchanges[plan]?.[exchange];
    if (met !== undefined) this.#clocks.take(met, events);
  }

  #makePlan(events: number, isKept: boolean): number {
    const { outPairs } = this.#exports;
    const shape = new Uint16Array(this.#engine.buffer, outPairs.value, events).slice();
    const names = Array.from(shape, (pair) => this.#pairs.at(pair));
    const plan = planRequest(shape, names, this.#summary.tables);
    const number = isKept ? this.#exchanges.length : sharedNumber;
    this.#exchanges[number] = plan.exchanges;
    const words = planWords(plan, number, {
      name: (name) => this.#numberOf(name),
      series: ({ slot }) => this.#placeOf(slot),
      pair: (exchange) => this.#clocks.placeOf(exchange),
      ledger: this.#ledger?.wordsOf(plan, names, isKept) ?? null,
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
    this.#slots.add(slot).add(slot.target);
    return this.#series.placeOf(slot);
  }
}

import type { Pair, PairNames } from "../event/pair_names.ts";
import type { Engine } from "../event/scanner/engine.ts";
import { endpointing, llmChildren } from "../event/span_catalogue.ts";
import type { ClockPairReport } from "../report/clock_report.ts";
import type { SeriesSlot, SeriesTable } from "../stats/series_table.ts";
import type { Exchange } from "./causal_links.ts";
import { EngineClocks } from "./engine_clocks.ts";
import { EngineFacts } from "./engine_facts.ts";
import { EngineLedger } from "./engine_ledger.ts";
import { EngineSeries } from "./engine_series.ts";
import { outcomes } from "./figures.ts";
import type { FactParts, HintEvidenceBuilder } from "./hint_evidence.ts";
import type { LedgerSummary } from "./ledger_summary.ts";
import { PlanWriter } from "./plan_writer.ts";
import { PlannedSteps } from "./planned_steps.ts";
import { planRequest } from "./request_plan.ts";
import type { FigureParts, RequestSummary, SummaryParts } from "./summarize.ts";

/** All that an engine has measured, as plain data. */
export interface EngineParts {
  readonly summary: SummaryParts;
  readonly facts: FactParts;
  readonly clocks: readonly ClockPairReport[];
}

/** Number of the plans that serve for one request only. */
const sharedNumber = 0;

/** What the compiled measuring offers; `assembly/measure.ts` and its neighbours explain each. */
interface MeasureExports {
  newStretchName(number: number): number;
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
  /** Names of spans and gaps by their numbers, with the tables that they belong to. */
  readonly #names: (readonly [table: SeriesTable, name: string])[] = [];
  /** Where the engine has them. */
  readonly #spans = new Map<string, number>();
  readonly #gaps = new Map<string, number>();
  /** The slots in use, with those that take the samples of others. */
  readonly #slots = new Set<SeriesSlot>();
  readonly #steps: PlannedSteps;
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
    this.#steps = new PlannedSteps(summary.tables.steps);
    this.#pairs = pairs;
    this.#engine = engine;
    this.#exports = engine.exports as unknown as MeasureExports;
    engine.host["makePlan"] = (events = 0, isKept = 0) => this.#makePlan(events, isKept !== 0);
    engine.host["placeSeries"] = (name = 0) => this.#placeSeries(name);
    this.#exports.startMeasuring();
    engine.host["takeExchange"] = (plan = 0, exchange = 0, events = 0) =>
      this.#takeExchange(plan, exchange, events);
    this.#series = new EngineSeries(engine);
    this.#clocks = new EngineClocks(engine, summary.clocks);
    this.#facts = new EngineFacts(engine, this.#series);
    this.#ledger = ledger && new EngineLedger(engine, this.#series, ledger);
    const names = [endpointing.name, ...llmChildren.map(({ name }) => name)];
    const [wait = 0, load = 0, prefill = 0, generation = 0] = names.map((name) =>
      this.#spanName(name),
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
    return { summary, facts: this.#facts.read(), clocks: this.readClocks() };
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
    const names: Pair[] = [];
    for (const pair of shape) names.push(this.#pairs.at(pair));
    const plan = planRequest(shape, names, this.#steps);
    const number = isKept ? this.#exchanges.length : sharedNumber;
    this.#exchanges[number] = plan.exchanges;
    const ledger = this.#ledger?.wordsOf(plan, names, isKept) ?? null;
    const words = this.#writer.write(plan, number, ledger);
    const at = this.#exports.planRoom(words.byteLength);
    const memory = this.#engine.words;
    // Of so few words `set` would take longer.
    for (let index = 0; index < words.length; index++) memory[at / 4 + index] = words[index] ?? 0;
    return at;
  }

  readonly #writer = new PlanWriter({
    span: (name) => this.#spanName(name),
    gap: (name) => this.#placeName(this.#gaps, this.#summary.tables.gaps, name),
    series: ({ slot }) => this.#placeOf(slot),
    pair: (exchange) => this.#clocks.placeOf(exchange),
  });

  #spanName(name: string): number {
    return this.#placeName(this.#spans, this.#summary.tables.spans, name);
  }

  #placeName(places: Map<string, number>, table: SeriesTable, name: string): number {
    const known = places.get(name);
    if (known !== undefined) return known;
    const place = this.#exports.newStretchName(this.#names.push([table, name]) - 1);
    places.set(name, place);
    return place;
  }

  #placeSeries(number: number): number {
    const [table, name] = this.#names[number] ?? [this.#summary.tables.spans, ""];
    return this.#placeOf(table.slot(name));
  }

  #placeOf(slot: SeriesSlot): number {
    if (!this.#slots.has(slot)) this.#slots.add(slot).add(slot.target);
    return this.#series.placeOf(slot);
  }
}

import { otherPair, type PairNames } from "../event/pair_names.ts";
import type { Engine } from "../event/scanner/engine.ts";
import type { ClockPairReport } from "../report/clock_report.ts";
import type { SeriesSlot, SeriesTable } from "../stats/series_table.ts";
import { EngineClocks } from "./engine_clocks.ts";
import { EngineFacts } from "./engine_facts.ts";
import { EngineLedger } from "./engine_ledger.ts";
import type { EngineParts } from "./engine_parts.ts";
import { EnginePlans } from "./engine_plans.ts";
import { EngineSeries } from "./engine_series.ts";
import { outcomes } from "./figures.ts";
import type { HintEvidenceBuilder } from "./hint_evidence.ts";
import { LedgerKeys } from "./ledger_keys.ts";
import type { LedgerSummary } from "./ledger_summary.ts";
import type { StretchNames } from "./stretch_names.ts";
import type { FigureParts, RequestSummary } from "./summarize.ts";

/** What the compiled measuring offers; `assembly/measure.ts` and its neighbours explain each. */
interface MeasureExports {
  placeFigures(total: number, playback: number, processing: number, voiceToVoice: number): void;
  startMeasuring(): void;
  outcomeCount(outcome: number): number;
  oldestStart(): number;
  newestEnd(): number;
  readonly outPairs: WebAssembly.Global<"i32">;
}

/**
 * Takes the requests of a table into a summary: the same figures as `RequestSummary.add` gets from
 * objects, and hints the same evidence. Both what is to be measured and measuring itself is the engine's;
 * its figures come here at the end.
 */
export class CompactSummary {
  /** Names of spans and gaps, by the numbers that the engine has for them. */
  readonly names: StretchNames;

  readonly #summary: RequestSummary;
  readonly #pairs: PairNames;
  readonly #engine: Engine;
  readonly #exports: MeasureExports;
  readonly #series: EngineSeries;
  readonly #clocks: EngineClocks;
  readonly #facts: EngineFacts;
  readonly #ledger: EngineLedger | null;
  readonly #evidence: HintEvidenceBuilder;
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
    this.#exports.startMeasuring();
    engine.host["takeExchange"] = (...places) => this.#takeExchange(places);
    this.#series = new EngineSeries(engine);
    this.#clocks = new EngineClocks(engine, summary.clocks);
    this.#facts = new EngineFacts(engine, this.#series);
    const { tables } = summary;
    this.#ledger = ledger && new EngineLedger(engine, pairs, tables.steps, this.#series, ledger);
    const { names } = new EnginePlans(engine, pairs, tables, {
      series: (slot) => this.#placeOf(slot),
      services: (from, to) => this.#clocks.placeOf({ from, to }) ?? 0,
    });
    this.names = names;
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

  /** The keys of ledger rows that the engine tells; to be asked for before there is a request. */
  openKeys(childKeys: readonly string[]): LedgerKeys {
    const { steps } = this.#summary.tables;
    return new LedgerKeys(this.#engine, this.#pairs, steps, childKeys, false);
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

  /** Takes what the engine has met between two services: places of events, -1 for no answer. */
  #takeExchange([
    cause = 0,
    effect = 0,
    answerCause = -1,
    answerEffect = -1,
    events = 0,
  ]: readonly number[]): void {
    const shape = new Uint16Array(this.#engine.buffer, this.#exports.outPairs.value, events);
    const serviceAt = (place: number) => this.#pairs.at(shape[place] ?? otherPair).service;
    const exchange = {
      from: serviceAt(cause),
      to: serviceAt(effect),
      hop: { cause, effect },
      answer: answerEffect < 0 ? null : { cause: answerCause, effect: answerEffect },
    };
    this.#clocks.take(exchange, events);
  }

  #placeOf(slot: SeriesSlot): number {
    if (!this.#slots.has(slot)) this.#slots.add(slot).add(slot.target);
    return this.#series.placeOf(slot);
  }
}

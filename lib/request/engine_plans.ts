import { causalCalls, causalHops } from "../event/causality.ts";
import { Events } from "../event/names.ts";
import type { PairNames } from "../event/pair_names.ts";
import type { Engine } from "../event/scanner/engine.ts";
import {
  endpointing,
  type GenericMark,
  genericMark,
  llmChildren,
  type SpanDefinition,
  spanCatalogue,
} from "../event/span_catalogue.ts";
import type { SeriesSlot } from "../stats/series_table.ts";
import { nobody } from "./causal_links.ts";
import { firstService } from "./figures.ts";
import { stepName } from "./gaps.ts";
import { knownNumber } from "./known_places.ts";
import { sharedSpanName } from "./span_pairs.ts";
import { type PlanTables, StretchNames } from "./stretch_names.ts";
import { TextNumbers } from "./text_numbers.ts";

/** What the compiled planning offers; the files of `assembly` that these are in explain each. */
interface PlanExports {
  nameSettings(endpointing: number, load: number, prefill: number, generation: number): void;
  addSpanDefinition(
    name: number,
    traits: number,
    start0: number,
    start1: number,
    start2: number,
    end0: number,
    end1: number,
  ): number;
  addAdjacentStart(known: number): void;
  addHop(span: number, number: number, answer: number): void;
  newSpanGroup(
    name: number,
    sharedName: number,
    stem: number,
    service: number,
    isSure: boolean,
  ): number;
  newEventKind(
    known: number,
    service: number,
    calls: number,
    endsSpeech: boolean,
    group: number,
    endsSpan: boolean,
  ): number;
  namePlanned(
    pause: number,
    finalized: number,
    audio: number,
    built: number,
    received: number,
    service: number,
  ): void;
}

/** Who knows the engine's places of series, and of two services that are compared; 0 for none. */
export interface PlanPlaces {
  readonly series: (slot: SeriesSlot) => number;
  readonly services: (from: string, to: string) => number;
}

/** Bits of a span of the catalogue, as `assembly/span_pairs.ts` knows them. */
const spanTraits: Readonly<Record<SpanDefinition["kind"], number>> = {
  ...{ work: 0, setting: 0 },
  ...{ hop: 1, envelope: 2, playback: 4 },
};
/** Names that a span of the engine's catalogue has room for. */
const most = { starts: 3, ends: 2 } as const;

/**
 * Tells the engine what its plans of requests are made of: the catalogue at once, and names as they are
 * met. The rules that plans are made by are the engine's; `planRequest` has the same for objects.
 */
export class EnginePlans {
  /** Names of spans and gaps, by the numbers that the engine has for them. */
  readonly names: StretchNames;

  readonly #exports: PlanExports;
  readonly #pairs: PairNames;
  readonly #services = new TextNumbers();
  readonly #stems = new TextNumbers();
  readonly #groups = new Map<string, number>();

  /** The engine must measure already. */
  constructor(engine: Engine, pairs: PairNames, tables: PlanTables, places: PlanPlaces) {
    this.#exports = engine.exports as unknown as PlanExports;
    this.#pairs = pairs;
    this.names = new StretchNames(engine, tables, places.series);
    const { host } = engine;
    host["placeStep"] = (from = 0, to = 0) =>
      places.series(tables.steps.slot(this.#step(from, to)));
    host["nameGap"] = (from = 0, to = 0) => this.names.gap(this.#step(from, to));
    host["describePair"] = (pair = 0) => this.#describePair(pair);
    host["pairServices"] = (from = 0, to = 0) =>
      places.services(this.#services.at(from), this.#services.at(to));
    // The engine knows nobody by the first number.
    this.#services.of(nobody);
    this.#tellNames();
    this.#tellCatalogue();
  }

  #tellNames(): void {
    const [wait = 0, load = 0, prefill = 0, generation = 0] = [
      this.names.span(endpointing.name, endpointing.kind),
      ...llmChildren.map(({ name }) => this.names.span(name, "work")),
    ];
    this.#exports.nameSettings(wait, load, prefill, generation);
    this.#exports.namePlanned(
      knownNumber(endpointing.end),
      knownNumber(Events.STT_TRANSCRIPT_FINALIZED),
      knownNumber(Events.TTS_AUDIO_PLAYBACK_START),
      knownNumber(Events.V34_PROMPT_BUILT),
      knownNumber(Events.V34_OLLAMA_RECEIVED),
      this.#services.of(firstService),
    );
  }

  #tellCatalogue(): void {
    for (const { name, kind, starts, ends, adjacentStart } of spanCatalogue) {
      if (starts.length > most.starts || ends.length > most.ends) {
        throw new RangeError(`The engine has no room for all names of the span ${name}`);
      }
      const [start0 = -1, start1 = -1, start2 = -1] = starts.map(knownNumber);
      const [end0 = -1, end1 = -1] = ends.map(knownNumber);
      const names = [start0, start1, start2, end0, end1] as const;
      const span = this.#exports.addSpanDefinition(
        this.names.span(name, kind),
        spanTraits[kind],
        ...names,
      );
      if (adjacentStart !== undefined) this.#exports.addAdjacentStart(knownNumber(adjacentStart));
      const hop = causalHops.findIndex((one) => one.name === name);
      const call = causalCalls.find((one) => one.hop === name);
      if (hop >= 0) this.#exports.addHop(span, hop, call ? knownNumber(call.answer) : -1);
    }
  }

  #describePair(pair: number): number {
    const { service, name } = this.#pairs.at(pair);
    const serviceNumber = this.#services.of(service);
    const calls = causalHops.map((hop, number) => {
      const call = causalCalls.find((one) => one.hop === hop.name);
      return call?.work.has(name) === true ? 1 << number : 0;
    });
    const mark = genericMark(name);
    return this.#exports.newEventKind(
      knownNumber(name),
      serviceNumber,
      calls.reduce((all, bit) => all | bit, 0),
      endpointing.speechEnds.some((end) => end === name),
      mark === null ? 0 : this.#groupOf(service, serviceNumber, mark),
      mark?.role === "end",
    );
  }

  #groupOf(service: string, serviceNumber: number, { stem, family }: GenericMark): number {
    const key = JSON.stringify([service, stem, family]);
    const known = this.#groups.get(key);
    if (known !== undefined) return known;
    const group = this.#exports.newSpanGroup(
      this.names.span(stem, "work"),
      this.names.span(sharedSpanName(service, stem), "work"),
      this.#stems.of(stem),
      serviceNumber,
      family === "start-complete",
    );
    this.#groups.set(key, group);
    return group;
  }

  #step(from: number, to: number): string {
    return stepName(this.#pairs.at(from), this.#pairs.at(to));
  }
}

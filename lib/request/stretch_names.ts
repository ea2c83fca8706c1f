import type { Engine } from "../event/scanner/engine.ts";
import { llmSpan, type SpanKind } from "../event/span_catalogue.ts";
import type { SeriesSlot, SeriesTable } from "../stats/series_table.ts";
import { catalogueRank } from "./spans.ts";

/** The tables that plans measure into. */
export interface PlanTables {
  readonly spans: SeriesTable;
  readonly gaps: SeriesTable;
  readonly steps: SeriesTable;
}

/** What a stretch of a request is called. */
export interface StretchName {
  readonly family: "span" | "gap";
  readonly name: string;
  /** Of a span whether it is a stage: neither playback nor an envelope around others. */
  readonly isStage: boolean;
}

/** What the compiled names offer; `assembly/planned_stretch.ts` explains it. */
interface NameExports {
  newStretchName(number: number, rank: number, isLlm: boolean): number;
}

/**
 * Names of spans and gaps in the engine. One takes its place in a table when it is measured first, as
 * places are scarce.
 */
export class StretchNames {
  readonly #exports: NameExports;
  /** By the numbers that the engine has for them. */
  readonly #names: StretchName[] = [];
  /** Where the engine has them: spans that are stages, other spans, gaps. */
  readonly #stages = new Map<string, number>();
  readonly #others = new Map<string, number>();
  readonly #gaps = new Map<string, number>();

  /** `placeOf` knows the engine's places of series. */
  constructor(engine: Engine, { spans, gaps }: PlanTables, placeOf: (slot: SeriesSlot) => number) {
    this.#exports = engine.exports as unknown as NameExports;
    engine.host["placeSeries"] = (number = 0) => {
      const { family, name } = this.at(number);
      return placeOf((family === "gap" ? gaps : spans).slot(name));
    };
  }

  /** Where the engine has the name of spans of a kind. */
  span(name: string, kind: SpanKind): number {
    const isStage = isStageKind(kind);
    const places = isStage ? this.#stages : this.#others;
    return this.#place(places, { family: "span", name, isStage });
  }

  /** Where the engine has the name of gaps. */
  gap(name: string): number {
    return this.#place(this.#gaps, { family: "gap", name, isStage: true });
  }

  /** What a number of the engine's stands for. */
  at(number: number): StretchName {
    return this.#names[number] ?? nameless;
  }

  #place(places: Map<string, number>, named: StretchName): number {
    const { name } = named;
    const known = places.get(name);
    if (known !== undefined) return known;
    const number = this.#names.push(named) - 1;
    const place = this.#exports.newStretchName(number, catalogueRank(name), name === llmSpan);
    places.set(name, place);
    return place;
  }
}

/** Whether spans of a kind are stages: playback is the length of the answer, an envelope is made of stages. */
export function isStageKind(kind: SpanKind): boolean {
  return kind !== "playback" && kind !== "envelope";
}

const nameless: StretchName = { family: "span", name: "", isStage: true };

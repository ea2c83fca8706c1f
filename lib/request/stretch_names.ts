import type { Engine } from "../event/scanner/engine.ts";
import { llmSpan } from "../event/span_catalogue.ts";
import type { SeriesSlot, SeriesTable } from "../stats/series_table.ts";
import { catalogueRank } from "./spans.ts";

/** The tables that plans measure into. */
export interface PlanTables {
  readonly spans: SeriesTable;
  readonly gaps: SeriesTable;
  readonly steps: SeriesTable;
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
  readonly #tables: PlanTables;
  /** By the numbers that the engine has for them, with the tables that they belong to. */
  readonly #names: (readonly [table: SeriesTable, name: string])[] = [];
  /** Where the engine has them. */
  readonly #spans = new Map<string, number>();
  readonly #gaps = new Map<string, number>();

  /** `placeOf` knows the engine's places of series. */
  constructor(engine: Engine, tables: PlanTables, placeOf: (slot: SeriesSlot) => number) {
    this.#exports = engine.exports as unknown as NameExports;
    this.#tables = tables;
    engine.host["placeSeries"] = (number = 0) => {
      const [table, name] = this.#names[number] ?? [tables.spans, ""];
      return placeOf(table.slot(name));
    };
  }

  /** Where the engine has the name of spans. */
  span(name: string): number {
    return this.#place(this.#spans, this.#tables.spans, name);
  }

  /** Where the engine has the name of gaps. */
  gap(name: string): number {
    return this.#place(this.#gaps, this.#tables.gaps, name);
  }

  #place(places: Map<string, number>, table: SeriesTable, name: string): number {
    const known = places.get(name);
    if (known !== undefined) return known;
    const number = this.#names.push([table, name]) - 1;
    const place = this.#exports.newStretchName(number, catalogueRank(name), name === llmSpan);
    places.set(name, place);
    return place;
  }
}

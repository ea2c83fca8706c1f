import type { PairNames } from "../event/pair_names.ts";
import type { Engine } from "../event/scanner/engine.ts";
import { llmChildren } from "../event/span_catalogue.ts";
import type { SeriesSlot, SeriesTable, SlotParts } from "../stats/series_table.ts";
import type { EngineSeries } from "./engine_series.ts";
import { LedgerKeys } from "./ledger_keys.ts";
import { type LedgerParts, type LedgerSummary, ledgerKey } from "./ledger_summary.ts";

const childKeys = llmChildren.map(({ name }) => ledgerKey({ kind: "work", name }));

/** Has an engine lay the ledgers of its requests, and sums them up. */
export class EngineLedger {
  readonly #series: EngineSeries;
  readonly #ledger: LedgerSummary;
  /** The slots in use. */
  readonly #slots = new Set<SeriesSlot>();

  /** The engine must measure already; `pairs` and `steps` are those that it measures by. */
  constructor(
    engine: Engine,
    pairs: PairNames,
    steps: SeriesTable,
    series: EngineSeries,
    ledger: LedgerSummary,
  ) {
    this.#series = series;
    this.#ledger = ledger;
    const keys = new LedgerKeys(engine, pairs, steps, childKeys, true);
    engine.host["placeLedger"] = (key = 0) => this.#place(ledger.rows.slot(keys.at(key)));
  }

  /** Takes what the engine has measured into the summary, and all waits, as numbers whose sum they are. */
  end(waits: readonly number[]): void {
    this.#ledger.mergeWaits(waits);
    for (const slot of this.#slots) slot.merge(this.#read(slot));
  }

  /** The same, to be merged into the summary of another; only where that is free of order. */
  parts(waits: readonly number[]): LedgerParts {
    const { slots } = this.#ledger.rows;
    return { waits, rows: new Map(Array.from(slots, ([key, slot]) => [key, this.#read(slot)])) };
  }

  #read(slot: SeriesSlot): SlotParts {
    const parts = this.#series.read(this.#series.placeOf(slot));
    // All of a row is waited for.
    return { ...parts, wait: parts.series.sum };
  }

  #place(slot: SeriesSlot): number {
    // The one that takes the samples has to be read out as well.
    this.#slots.add(slot).add(slot.target);
    return this.#series.placeOf(slot);
  }
}

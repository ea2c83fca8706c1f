import type { Engine } from "../event/scanner/engine.ts";
import { llmChildren } from "../event/span_catalogue.ts";
import type { SeriesSlot } from "../stats/series_table.ts";
import type { EngineSeries } from "./engine_series.ts";
import { LedgerKeys } from "./ledger_keys.ts";
import { type LedgerSummary, ledgerKey } from "./ledger_summary.ts";

const childKeys = llmChildren.map(({ name }) => ledgerKey({ kind: "work", name }));

/** Has an engine lay the ledgers of its requests, and sums them up. */
export class EngineLedger {
  readonly keys: LedgerKeys;

  readonly #series: EngineSeries;
  readonly #ledger: LedgerSummary;
  /** The slots in use. */
  readonly #slots = new Set<SeriesSlot>();

  /** The engine must measure already. */
  constructor(engine: Engine, series: EngineSeries, ledger: LedgerSummary) {
    this.#series = series;
    this.#ledger = ledger;
    this.keys = new LedgerKeys(engine, childKeys, true);
    engine.host["placeLedger"] = (key = 0) => this.#place(ledger.slot(this.keys.at(key)));
  }

  /** Takes what the engine has measured into the summary, and all waits, as numbers whose sum they are. */
  end(waits: readonly number[]): void {
    this.#ledger.mergeWaits(waits);
    for (const slot of this.#slots) {
      const parts = this.#series.read(this.#series.placeOf(slot));
      // All of a row is waited for.
      slot.merge({ ...parts, wait: parts.series.sum });
    }
  }

  #place(slot: SeriesSlot): number {
    // The one that takes the samples has to be read out as well.
    this.#slots.add(slot).add(slot.target);
    return this.#series.placeOf(slot);
  }
}

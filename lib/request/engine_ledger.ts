import type { Pair } from "../event/pair_names.ts";
import type { Engine } from "../event/scanner/engine.ts";
import { endpointing, llmChildren } from "../event/span_catalogue.ts";
import type { TimingEvent } from "../event/timing_event.ts";
import type { SeriesSlot } from "../stats/series_table.ts";
import type { EngineSeries } from "./engine_series.ts";
import { buildLedger, type LedgerRow } from "./ledger.ts";
import { type LedgerSummary, ledgerKey } from "./ledger_summary.ts";
import type { LedgerWords } from "./plan_writer.ts";
import type { PlannedSpan, RequestPlan } from "./request_plan.ts";

/** What the compiled ledger offers; `assembly/ledger.ts` explains each. */
interface LedgerExports {
  openLedger(
    load: number,
    prefill: number,
    generation: number,
    wait: number,
    nameless: number,
  ): void;
  newLedgerKey(number: number): number;
}

/** `Plan.ledgerState` of the engine. */
const state = { unplanned: 0, planned: 1, distinct: 2 } as const;
/** Where the children of an llm span belong, if not to a row. */
const belongs = { nowhere: -1, somewhere: -2 } as const;

const childKeys = llmChildren.map(({ name }) => ledgerKey({ kind: "work", name }));
const waitKey = ledgerKey(endpointing);
const namelessKey = ledgerKey({ kind: "unaccounted", name: "unaccounted" });

/** Lays the ledgers of an engine's requests and sums them up. */
export class EngineLedger {
  readonly #exports: LedgerExports;
  readonly #series: EngineSeries;
  readonly #ledger: LedgerSummary;
  /** Keys by their numbers, and where the engine has each. */
  readonly #keys: string[] = [];
  readonly #places = new Map<string, number>();
  /** The slots in use. */
  readonly #slots = new Set<SeriesSlot>();

  /** The engine must measure already. */
  constructor(engine: Engine, series: EngineSeries, ledger: LedgerSummary) {
    this.#exports = engine.exports as unknown as LedgerExports;
    this.#series = series;
    this.#ledger = ledger;
    engine.host["placeLedger"] = (key = 0) => this.#place(ledger.slot(this.#keys[key] ?? ""));
    const [load = 0, prefill = 0, generation = 0] = childKeys.map((key) => this.#keyPlace(key));
    const [wait, nameless] = [this.#keyPlace(waitKey), this.#keyPlace(namelessKey)];
    this.#exports.openLedger(load, prefill, generation, wait, nameless);
  }

  /** What the plan of events with these names has to say of ledgers; one that `isLasting` says the rows, too. */
  wordsOf(plan: RequestPlan, names: readonly Pair[], isLasting: boolean): LedgerWords {
    const events = names.map((pair, index) => ({
      ...pair,
      timestampSeconds: index,
      requestId: "",
      metadata: {},
    }));
    const rows = isLasting ? rowsOf(plan, events) : null;
    const llms = plan.llms.map(({ from, to }) => rowOfCall(plan, rows ?? [], from, to));
    const keys = (rows ?? []).map(ledgerKey);
    const isDistinct = new Set([...keys, ...childKeys, waitKey]).size === keys.length + 4;
    const steps = plan.steps.map(({ name }) =>
      this.#keyPlace(ledgerKey({ kind: "unaccounted", name })),
    );
    // With several calls a kind of children may come more than once.
    const isSimple = isDistinct && llms.length <= 1;
    return {
      state: rows === null ? state.unplanned : isSimple ? state.distinct : state.planned,
      rows: (rows ?? []).map((row, index) => [
        row.startSeconds,
        row.endSeconds,
        this.#keyPlace(ledgerKey(row)),
        llms.indexOf(index),
      ]),
      llms,
      keyOf: (span) => this.#spanKey(span),
      steps,
    };
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

  #spanKey({ kind, name, from }: PlannedSpan): number {
    return from < 0 || kind === "playback" || kind === "envelope"
      ? 0
      : this.#keyPlace(ledgerKey({ kind, name }));
  }

  #keyPlace(key: string): number {
    const known = this.#places.get(key);
    if (known !== undefined) return known;
    const place = this.#exports.newLedgerKey(this.#keys.push(key) - 1);
    this.#places.set(key, place);
    return place;
  }
}

/** The rows of a request whose events are one second apart and tell nothing, from the first on. */
function rowsOf(
  { spans, audioStarts: [audio] }: RequestPlan,
  events: readonly TimingEvent[],
): LedgerRow[] {
  if (audio === undefined) return [];
  const complete = spans.map(({ name, kind, from, to }) => ({
    ...{ name, kind, parent: null },
    ...{ startEvent: from, endEvent: to, startSeconds: from, endSeconds: to },
  }));
  return buildLedger(events, complete, { openingSeconds: 0, firstAudioSeconds: audio });
}

/**
 * The row that the children of a call cut: one step, so that they begin later than all else there. What
 * begins with the first audio or behind it has no row.
 */
function rowOfCall(
  { audioStarts: [audio = 0] }: RequestPlan,
  rows: readonly LedgerRow[],
  from: number,
  to: number,
): number {
  if (from >= audio) return belongs.nowhere;
  const row = rows.findIndex(
    ({ startSeconds, endSeconds }) => startSeconds === from && endSeconds === to,
  );
  return row < 0 || to !== from + 1 ? belongs.somewhere : row;
}

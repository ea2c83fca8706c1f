import type { LedgerSummaryRow } from "../report/page_report.ts";
import { ExactSum } from "../stats/exact_sum.ts";
import { toMilliseconds } from "../stats/series.ts";
import { byCodeUnit, SeriesTable, type SlotParts } from "../stats/series_table.ts";
import type { RequestAnalysis } from "./describe.ts";
import { buildLedger, type LedgerRow } from "./ledger.ts";

/** All that was gathered elsewhere of ledgers, as plain numbers and names. */
export interface LedgerParts {
  readonly rows: ReadonlyMap<string, SlotParts>;
  /** Numbers whose sum all waits are. */
  readonly waits: readonly number[];
}

/**
 * Sums up the ledgers of many requests: what each row took in the requests in which it occurred, and its
 * share of all waits for the first audio. As each moment of a wait belongs to one row, shares add up to 1.
 *
 * Memory: a table of at most 4 096 names.
 */
export class LedgerSummary {
  /** Where rows are counted, by their keys; see `ledgerKey`. */
  readonly rows = new SeriesTable();
  readonly #waitSeconds = new ExactSum();

  /** Takes in one request; one without a voice-to-voice has no wait. */
  add({ trace, spans, figures }: RequestAnalysis): void {
    const { voiceToVoiceSeconds } = figures;
    if (voiceToVoiceSeconds === null) return;
    this.#waitSeconds.add(voiceToVoiceSeconds);
    const seconds = new Map<string, number>();
    for (const row of buildLedger(trace.events, spans, figures)) {
      const key = ledgerKey(row);
      seconds.set(key, (seconds.get(key) ?? 0) + (row.endSeconds - row.startSeconds));
    }
    for (const [key, sum] of seconds) this.rows.add(key, sum, sum);
  }

  /** Takes in what was gathered elsewhere; all together must be free of order. */
  merge({ rows, waits }: LedgerParts): void {
    this.rows.merge(rows);
    this.mergeWaits(waits);
  }

  /** Takes in waits that were summed up elsewhere, as numbers whose sum they are. */
  mergeWaits(seconds: readonly number[]): void {
    this.#waitSeconds.merge(seconds);
  }

  /** Reads the rows out, those with the largest share first, in milliseconds. */
  read(): LedgerSummaryRow[] {
    const table = this.rows.summarize(byCodeUnit, this.#waitSeconds.read());
    const rows = [...table].map(([key, series]) => ({
      ...ledgerNames(key),
      series: toMilliseconds(series),
    }));
    return rows.sort((a, b) => (b.series.share ?? 0) - (a.series.share ?? 0));
  }
}

/** What rows of one kind and name are summed up under. */
export function ledgerKey({ kind, name }: Pick<LedgerRow, "kind" | "name">): string {
  // A kind is one word, whatever a name holds.
  return `${kind} ${name}`;
}

/** What `ledgerKey` made a key of; what all further names are summed up under is a name alone. */
export function ledgerNames(key: string): { readonly kind: string; readonly name: string } {
  const cut = key.indexOf(" ");
  return { kind: cut < 0 ? "unaccounted" : key.slice(0, cut), name: key.slice(cut + 1) };
}

import type { LedgerSummaryRow } from "../report/page_report.ts";
import { toMilliseconds } from "../stats/series.ts";
import { byCodeUnit, SeriesTable } from "../stats/series_table.ts";
import type { RequestAnalysis } from "./describe.ts";
import { buildLedger } from "./ledger.ts";

/**
 * Sums up the ledgers of many requests: what each row took in the requests in which it occurred, and its
 * share of all waits for the first audio. As each moment of a wait belongs to one row, shares add up to 1.
 *
 * Memory: a table of at most 4 096 names.
 */
export class LedgerSummary {
  readonly #rows = new SeriesTable();
  #waitSeconds = 0;

  /** Takes in one request; one without a voice-to-voice has no wait. */
  add({ trace, spans, figures }: RequestAnalysis): void {
    const { voiceToVoiceSeconds } = figures;
    if (voiceToVoiceSeconds === null) return;
    this.#waitSeconds += voiceToVoiceSeconds;
    const seconds = new Map<string, number>();
    for (const row of buildLedger(trace.events, spans, figures)) {
      // A kind is one word, whatever a name holds.
      const key = `${row.kind} ${row.name}`;
      seconds.set(key, (seconds.get(key) ?? 0) + row.endSeconds - row.startSeconds);
    }
    for (const [key, sum] of seconds) this.#rows.add(key, sum, sum);
  }

  /** Reads the rows out, those with the largest share first, in milliseconds. */
  read(): LedgerSummaryRow[] {
    const table = this.#rows.summarize(byCodeUnit, this.#waitSeconds);
    const rows = [...table].map(([key, series]) => {
      const cut = key.indexOf(" ");
      const kind = cut < 0 ? "unaccounted" : key.slice(0, cut);
      return { name: key.slice(cut + 1), kind, series: toMilliseconds(series) };
    });
    return rows.sort((a, b) => (b.series.share ?? 0) - (a.series.share ?? 0));
  }
}

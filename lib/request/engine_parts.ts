import type { ClockPairReport } from "../report/clock_report.ts";
import type { FactParts } from "./hint_evidence.ts";
import type { LedgerParts } from "./ledger_summary.ts";
import type { SummaryParts } from "./summarize.ts";

/** All that an engine has measured, as plain data. */
export interface EngineParts {
  readonly summary: SummaryParts;
  readonly facts: FactParts;
  readonly clocks: readonly ClockPairReport[];
  /** Null where none are laid. */
  readonly ledger: LedgerParts | null;
  readonly oldestSeconds: number | null;
  readonly newestSeconds: number | null;
}

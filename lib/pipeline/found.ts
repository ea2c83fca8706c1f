import type { ClockPairReport } from "../report/clock_report.ts";
import type { LogReport } from "../report/log_report.ts";
import type { Findings } from "./findings.ts";
import type { Reading, ThreadUse } from "./reading.ts";

/** What was found in all requests of a log. */
export interface Found {
  readonly findings: Findings;
  /** How far the clocks of services are apart, as logged. */
  readonly clocks: readonly ClockPairReport[];
  readonly reading: Reading;
}

/** What findings that have ended come to; `log` counts as folded what had no place among its names. */
export function foundIn(
  findings: Findings,
  log: LogReport,
  clocks: readonly ClockPairReport[] = findings.summary.clocks.read(),
  threads: ThreadUse | null = null,
): Found {
  const { requests } = findings.summary;
  const oldestSeconds = findings.period?.firstSeconds ?? null;
  const reading = {
    log: { ...log, folded: log.folded + findings.folded },
    selected: requests,
    searched: { requests, oldestSeconds },
    otherIds: [],
    ...(threads === null ? {} : { threads }),
  };
  return { findings, clocks, reading };
}

import type { ClockPairReport, CorrectionReport } from "../report/clock_report.ts";

/** Offsets of clocks as JSON writes them: instants in Unix seconds, bounds in milliseconds. */
export function clocksToJson(clocks: readonly ClockPairReport[]): unknown[] {
  return clocks.map(({ from, to, exchanges, conflicts, odd, stretches }) => ({
    from,
    to,
    exchanges,
    conflicts,
    odd,
    stretches: stretches.map((stretch) => ({
      from: stretch.fromSeconds,
      until: stretch.untilSeconds,
      exchanges: stretch.exchanges,
      lowest: stretch.lowestMs,
      highest: stretch.highestMs,
    })),
  }));
}

/** What was corrected in a request, as JSON writes it. */
export function correctionsToJson(corrections: readonly CorrectionReport[]): unknown[] {
  return corrections.map(({ service, offsetMs, lowestMs, highestMs }) => ({
    service,
    offset: offsetMs,
    uncertainty: highestMs - lowestMs,
    lowest: lowestMs,
    highest: highestMs,
  }));
}

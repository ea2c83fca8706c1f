import type { RequestReport } from "../report/request_report.ts";
import type { Spike } from "../report/watch_report.ts";
import { percentileOf } from "../stats/series.ts";

/** Before so many requests nobody knows what is usual. */
const fewestBefore = 20;
/** A spike is longer than that many usual waits, and than 19 of 20 waits before. */
const timesUsual = 1.5;

/**
 * Tells whether a request's wait stands out among those before it, and names the span with the largest
 * excess over its own median; null if the wait is usual, or if too few came before.
 */
export function findSpike(report: RequestReport, before: readonly RequestReport[]): Spike | null {
  const { voiceToVoiceMs } = report.figures;
  const waits = before.flatMap(({ figures }) => figures.voiceToVoiceMs ?? []);
  if (voiceToVoiceMs === null || waits.length < fewestBefore) return null;
  const usualMs = percentile(waits, 0.5);
  const isSpike = voiceToVoiceMs > usualMs * timesUsual && voiceToVoiceMs > percentile(waits, 0.95);
  if (!isSpike) return null;
  const usual = usualDurations(before);
  let span: Spike["span"] = null;
  for (const [name, durationMs] of durationsOf(report)) {
    const excessMs = durationMs - (usual.get(name) ?? 0);
    if (excessMs > Math.max(0, span?.excessMs ?? 0)) span = { name, excessMs };
  }
  return { voiceToVoiceMs, usualMs, span };
}

/** Medians of spans and gaps by name, over the requests that have them. */
function usualDurations(reports: readonly RequestReport[]): Map<string, number> {
  const all = new Map<string, number[]>();
  for (const report of reports) {
    for (const [name, durationMs] of durationsOf(report)) {
      const known = all.get(name);
      if (known === undefined) all.set(name, [durationMs]);
      else known.push(durationMs);
    }
  }
  return new Map([...all].map(([name, durations]) => [name, percentile(durations, 0.5)]));
}

/** What of a request's wait could be shorter: the rows of its ledger, added up by name. */
function durationsOf({ ledger }: RequestReport): Map<string, number> {
  const sums = new Map<string, number>();
  for (const { name, durationMs } of ledger) sums.set(name, (sums.get(name) ?? 0) + durationMs);
  return sums;
}

function percentile(values: readonly number[], fraction: number): number {
  const ordered = Float64Array.from(values).sort();
  return percentileOf(ordered.length, fraction, (rank) => ordered[rank] ?? Number.NaN);
}

import type { OutlierReport } from "../report/outlier_report.ts";

/** Why a request was slow, as JSON writes it: durations in milliseconds, shares as fractions. */
export function outlierToJson(outlier: OutlierReport): Record<string, unknown> {
  return {
    n: outlier.n,
    median: outlier.medianMs,
    excess: outlier.excessMs,
    parts: outlier.parts.map(({ name, durationMs, medianMs, share }) => ({
      name,
      duration: durationMs,
      median: medianMs,
      share,
    })),
    overlapping: outlier.overlapping,
    overlaps: outlier.overlaps.map(({ id, startSeconds, durationMs }) => ({
      id,
      start: startSeconds,
      duration: durationMs,
    })),
    separators:
      outlier.separators?.map((separator) => ({
        event: separator.event,
        key: separator.key,
        value: separator.value,
        measure: separator.measure,
        slow: separator.slow,
        rest: separator.rest,
        slow_requests: separator.slowRequests,
        rest_requests: separator.restRequests,
        p: separator.p,
      })) ?? null,
  };
}

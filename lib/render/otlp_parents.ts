import type { SpanReport } from "../report/request_report.ts";
import { compareExtents, spanExtent } from "./trace_time.ts";

/**
 * Which span each span lies in, by their places; null for those right below the turn. A span lies in the
 * shortest that is around it in time, is work of the same service or an envelope, and comes before it in
 * order. A hop, a setting and sound have nothing below them.
 */
export function findParents(spans: readonly SpanReport[]): (number | null)[] {
  const extents = spans.map(spanExtent);
  const extentAt = (index: number) => extents[index] ?? { startMicros: 0, endMicros: 0 };
  const order = spans
    .map((_, index) => index)
    .sort((a, b) => compareExtents(extentAt(a), extentAt(b)));
  const parents: (number | null)[] = spans.map(() => null);
  for (const [place, index] of order.entries()) {
    const inner = spans[index];
    const { endMicros } = extentAt(index);
    for (let before = place - 1; before >= 0; before--) {
      const candidate = order[before] ?? 0;
      const outer = spans[candidate];
      const isAround = extentAt(candidate).endMicros >= endMicros;
      if (!isAround || outer === undefined || !mayHold(outer, inner)) continue;
      parents[index] = candidate;
      break;
    }
  }
  return parents;
}

function mayHold(outer: SpanReport, inner: SpanReport | undefined): boolean {
  if (outer.durationMs === null || outer.durationMs <= 0) return false;
  return outer.kind === "envelope" || (outer.kind === "work" && outer.service === inner?.service);
}

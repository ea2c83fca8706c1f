import type { NameReport } from "../report/check_report.ts";
import { formatMilliseconds } from "../units/duration.ts";
import { renderTable } from "./table.ts";

/** A line for each name that limits may use, and below what else they may be about. */
export function renderNamesText(names: readonly NameReport[]): string {
  const rows = names.map(({ expression, series: { n, p50 } }) => [
    expression,
    String(n),
    p50 === null ? "–" : formatMilliseconds(p50),
  ]);
  const lines = [
    ...renderTable(["name", "n", "p50"], rows),
    "",
    "Each with a statistic: .n .mean .min .p50 .p90 .p95 .p99 .max, spans and gaps also .share",
    "Also: problems, cache.hit, cache.partial, cache.miss, cache.unknown",
  ];
  return `${lines.join("\n")}\n`;
}

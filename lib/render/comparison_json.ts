import type {
  AdjustedComparison,
  ComparisonReport,
  SampleComparison,
  Sides,
  StageComparison,
} from "../report/comparison_report.ts";
import type { LogReport } from "../report/log_report.ts";
import { jsonSchema, logToJson } from "./json.ts";

/** A comparison as one JSON document; null for what could not be read. */
export function renderComparisonJson(
  report: ComparisonReport | null,
  logs: Sides<LogReport | null>,
): string {
  const document = {
    schema: jsonSchema,
    requests: report && { before: report.requests.before, after: report.requests.after },
    figures: report && tableToJson(report.figures, figureKey),
    spans: report && tableToJson(report.spans),
    gaps: report && tableToJson(report.gaps),
    held_constant: report?.adjustment?.held ?? null,
    not_held_constant: report?.adjustment?.notHeld ?? null,
    sampled_stages: report?.sampledStages ?? null,
    folded: report?.folded ?? null,
    logs: {
      before: logs.before && logToJson(logs.before),
      after: logs.after && logToJson(logs.after),
    },
  };
  return `${JSON.stringify(document)}\n`;
}

/** Names come from the log: entries, unlike assignments, cannot touch an object's prototype. */
function tableToJson(
  stages: readonly StageComparison[],
  keyOf: (name: string) => string = (name) => name,
): Record<string, unknown> {
  return Object.fromEntries(stages.map((stage) => [keyOf(stage.name), stageToJson(stage)]));
}

/** Figures have the keys that they have in every document. */
function figureKey(name: string): string {
  return name.replaceAll("-", "_");
}

function stageToJson({ n, medians, comparison, adjusted }: StageComparison) {
  const only = n.before > 0 ? "only before" : "only after";
  return {
    n: { before: n.before, after: n.after },
    median: { before: medians.before, after: medians.after },
    ...(comparison === null
      ? {
          difference: null,
          interval: null,
          p_value: null,
          margin: null,
          verdict: only,
          need_more: null,
        }
      : comparisonToJson(comparison)),
    adjusted: adjusted && adjustedToJson(adjusted),
  };
}

function comparisonToJson({
  difference,
  interval,
  pValue,
  margin,
  verdict,
  needMore,
}: SampleComparison) {
  return {
    difference,
    interval: pValue === null ? null : [interval.low, interval.high],
    p_value: pValue,
    margin,
    verdict,
    need_more: needMore,
  };
}

function adjustedToJson(adjusted: AdjustedComparison) {
  return {
    n: { before: adjusted.n.before, after: adjusted.n.after },
    median: { before: adjusted.medians.before, after: adjusted.medians.after },
    ...comparisonToJson(adjusted),
    unadjusted: adjusted.unadjusted,
    workload: adjusted.workload,
  };
}

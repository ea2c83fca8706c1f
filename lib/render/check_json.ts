import type {
  CalibrationReport,
  ChangeReport,
  CheckItem,
  CheckReport,
  NameReport,
  SpenderReport,
} from "../report/check_report.ts";
import type { LogReport } from "../report/log_report.ts";
import { jsonSchema, logToJson } from "./json.ts";

/**
 * The whole answer of `check` on one line. Durations in milliseconds, parts as fractions; without a log
 * that can be read verdict and log are null.
 */
export function renderCheckJson(report: CheckReport | null, log: LogReport | null): string {
  const document = {
    schema: jsonSchema,
    verdict: report?.verdict ?? null,
    verdicts: report?.items.map(itemToJson) ?? [],
    baseline: baselineToJson(report),
    log: log && logToJson(log),
  };
  return `${JSON.stringify(document)}\n`;
}

/** The names that limits may use. */
export function renderNamesJson(names: readonly NameReport[], log: LogReport | null): string {
  const rows = names.map(({ expression, family, name, series: { n, p50 } }) => {
    return { expression, family, name, n, p50 };
  });
  return `${JSON.stringify({ schema: jsonSchema, names: rows, log: log && logToJson(log) })}\n`;
}

/** How often a log differs from itself; null if there are too few requests to split. */
export function renderCalibrationJson(
  calibration: CalibrationReport | null,
  log: LogReport | null,
): string {
  const document = {
    schema: jsonSchema,
    calibration: calibration && {
      splits: calibration.splits,
      requests: calibration.requests,
      of: calibration.of,
      false_alarms: calibration.alarms,
      rate: calibration.alarms / calibration.splits,
      inconclusive: calibration.unclear,
      stages: [...calibration.byStage].map(([name, n]) => ({ name, false_alarms: n })),
    },
    log: log && logToJson(log),
  };
  return `${JSON.stringify(document)}\n`;
}

function itemToJson(item: CheckItem): Record<string, unknown> {
  const { kind, name, subject, verdict, finding, details, why, n, value, limit, unit } = item;
  const [spent_by, change] = [spenderToJson(item.spentBy), changeToJson(item.change)];
  return {
    kind,
    name,
    subject,
    verdict,
    n,
    value,
    limit,
    unit,
    spent_by,
    change,
    finding,
    details,
    why,
  };
}

function spenderToJson(spender: SpenderReport | null): Record<string, unknown> | null {
  if (spender === null) return null;
  const { name, kind, share, meanMs, requests, of } = spender;
  return { name, kind, share, mean: meanMs, requests, of };
}

function changeToJson(change: ChangeReport | null): Record<string, unknown> | null {
  if (change === null) return null;
  const { before, after, beforeN, afterN, p } = change;
  return { before, after, before_n: beforeN, after_n: afterN, p };
}

function baselineToJson(report: CheckReport | null): Record<string, unknown> | null {
  const baseline = report?.baseline ?? null;
  if (baseline === null) return null;
  const { file, requests, savedAtSeconds, tooFew, isSameMachine } = baseline;
  return {
    file,
    requests,
    saved_at: savedAtSeconds,
    too_few: tooFew,
    same_machine: isSameMachine,
  };
}

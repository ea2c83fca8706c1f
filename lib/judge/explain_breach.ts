import type {
  AmountUnit,
  BreachReport,
  ChangeReport,
  CheckItem,
  Measures,
  NamedSeries,
  SpenderReport,
} from "../report/check_report.ts";
import { formatMilliseconds } from "../units/duration.ts";
import { formatAmount, formatDifference, formatShare } from "./amount.ts";
import type { Statistic } from "./budget_expression.ts";
import { nameSeries } from "./named_series.ts";

/** A budget that was breached, and what is known of it. */
export interface BreachedSeries {
  readonly of: NamedSeries;
  readonly statistic: Statistic;
  readonly unit: AmountUnit;
  /** Null for a budget that asks for at least so much: nobody spent what is missing. */
  readonly breach: BreachReport | null;
  readonly now: Measures;
  /** Null without a baseline. */
  readonly before: Measures | null;
}

/** Who spent a budget, and what has changed since the baseline, of this series and of who spent it. */
export function explainBreach(
  breached: BreachedSeries,
): Pick<CheckItem, "details" | "spentBy" | "change"> {
  const { of, statistic, unit, breach, now, before } = breached;
  const spentBy = spenderOf(breach, of);
  const old = before === null ? undefined : findSeries(before, of.family, of.name);
  const change = changeOf(old, of, statistic);
  const changes = [
    ...(change === null ? [] : [`${statistic} ${describeChange(change, unit)}`]),
    ...(spentBy === null || before === null || spentBy.name === of.name
      ? []
      : spenderChanges(spentBy, now, before)),
  ];
  return {
    details: [
      ...(spentBy === null ? [] : [describeSpender(spentBy, of)]),
      ...(changes.length === 0 ? [] : [`Since the baseline: ${changes.join("; ")}`]),
    ],
    spentBy,
    change,
  };
}

/** `775ms → 1191ms (+416ms, +53.7%)`. */
export function describeChange({ before, after }: ChangeReport, unit: AmountUnit): string {
  const relative = before > 0 ? `, ${describeRatio(after / before)}` : "";
  const difference = formatDifference(after - before, unit);
  return `${formatAmount(before, unit)} → ${formatAmount(after, unit)} (${difference}${relative})`;
}

function describeRatio(ratio: number): string {
  if (ratio >= 10) return `${ratio.toFixed(0)} times as much`;
  return `${ratio < 1 ? "−" : "+"}${formatShare(Math.abs(ratio - 1))}`;
}

function spenderOf(breach: BreachReport | null, { series }: NamedSeries): SpenderReport | null {
  const [first] = breach?.spenders ?? [];
  if (breach === null || first === undefined) return null;
  return { requests: breach.requests, of: series.n, ...first };
}

function describeSpender({ requests, of, ...spender }: SpenderReport, on: NamedSeries): string {
  const over = `${requests} of ${of} are over it`;
  if (spender.name === on.name) {
    const isUnknown = spender.kind === "unaccounted";
    return isUnknown
      ? `${over}; nobody logs what happens there: add an event between the two`
      : over;
  }
  const { name, kind, share, meanMs } = spender;
  const mean = formatMilliseconds(meanMs);
  return `${over}; of their time ${name} (${kind}) took ${formatShare(share)}, ${mean} on average`;
}

/** How the median of who spent the budget has changed. */
function spenderChanges({ name, kind }: SpenderReport, now: Measures, before: Measures): string[] {
  const family = kind === "unaccounted" ? "gap" : "span";
  const [old, current] = [before, now].map((measures) => findSeries(measures, family, name));
  if (current === undefined) return [];
  if (old === undefined) return [`${name} is new`];
  const change = changeOf(old, current, "p50");
  return change === null ? [] : [`${name} p50 ${describeChange(change, "ms")}`];
}

function changeOf(
  old: NamedSeries | undefined,
  { series }: NamedSeries,
  statistic: Statistic,
): ChangeReport | null {
  const [before, after] = [old?.series[statistic] ?? null, series[statistic]];
  if (old === undefined || before === null || after === null) return null;
  return { beforeN: old.series.n, afterN: series.n, before, after, p: null };
}

function findSeries({ summary }: Measures, family: string, name: string): NamedSeries | undefined {
  return nameSeries(summary).find((one) => one.family === family && one.name === name);
}

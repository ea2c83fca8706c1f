import type {
  BreachReport,
  CacheCounts,
  CheckItem,
  CheckVerdict,
  Measures,
  NamedSeries,
} from "../report/check_report.ts";
import { formatCount } from "../units/count.ts";
import { formatAmount } from "./amount.ts";
import { type Budget, isUpperLimit, isWithin, type Statistic } from "./budget_expression.ts";
import { explainBreach } from "./explain_breach.ts";
import { matchSeries, nameSeries } from "./named_series.ts";

/** What a budget is judged by. */
export interface BudgetEvidence {
  readonly measures: Measures;
  /** Who spent what is over this budget. */
  readonly breaches: readonly BreachReport[];
  /** What was normal before; null without a baseline. */
  readonly before: Measures | null;
  /** Fewer samples are too few to judge by, unless the budget itself says otherwise. */
  readonly minSamples: number;
}

/** What a budget limits, as the log has it. */
interface Found {
  readonly subject: string;
  readonly value: number | null;
  readonly n: number;
}

/**
 * Judges a budget: `pass`, `fail`, or `inconclusive` where the log has too little to tell, which is never
 * taken for a pass. One item; more where names differ only in what expressions pass over.
 */
export function judgeBudget(budget: Budget, evidence: BudgetEvidence): CheckItem[] {
  const { subject } = budget;
  if (subject.kind === "problems") return [judgeProblems(budget, evidence.measures)];
  if (subject.kind === "cache") return [judgeCache(budget, subject.verdict, evidence)];
  const { family, name, statistic } = subject;
  const matches = matchSeries(nameSeries(evidence.measures.summary), family, name);
  if (matches.length === 0) {
    return [itemOf(budget, { subject: name, value: null, n: 0 }, ["inconclusive", "no samples"])];
  }
  return matches.map((match) => judgeSeries(budget, statistic, match, evidence));
}

function judgeSeries(
  budget: Budget,
  statistic: Statistic,
  match: NamedSeries,
  { measures, breaches, before, minSamples }: BudgetEvidence,
): CheckItem {
  const { n } = match.series;
  const found = { subject: match.name, value: match.series[statistic], n };
  const wanted = budget.minSamples ?? minSamples;
  const tooFew = n < wanted && statistic !== "n" && !isCertain(budget, statistic, found.value);
  if (n === 0) return itemOf(budget, found, ["inconclusive", "no samples"]);
  if (tooFew || found.value === null) {
    return itemOf(budget, found, ["inconclusive", whyNot(statistic, n, wanted)]);
  }
  const item = itemOf(budget, found, decide(budget, found.value, statistic, n));
  if (item.verdict !== "fail") return item;
  const breach = breaches.find((one) => one.name === match.name) ?? null;
  const explained = explainBreach({
    of: match,
    statistic,
    unit: budget.unit,
    breach: isUpperLimit(budget) ? breach : null,
    now: measures,
    before,
  });
  return { ...item, ...explained };
}

/** Whether more samples could not save a budget: a highest value stays too high. */
function isCertain(budget: Budget, statistic: Statistic, value: number | null): boolean {
  if (value === null || isWithin(budget, value)) return false;
  return isUpperLimit(budget) ? statistic === "max" : statistic === "min";
}

function whyNot(statistic: Statistic, n: number, wanted: number): string {
  const there = formatCount(n, "sample");
  if (statistic === "share") return "no request was heard, so there is no wait to have a share of";
  const own = statistic === "p99" ? 100 : statistic === "p95" ? 20 : 0;
  return own > Math.max(n, wanted)
    ? `${there}, and ${statistic} needs ${own}`
    : `${there}, and ${Math.max(own, wanted)} are wanted`;
}

function judgeProblems(budget: Budget, { lines, problems }: Measures): CheckItem {
  const total = Object.values(problems).reduce((sum, count) => sum + count, 0);
  const value = budget.unit === "count" ? total : total / lines;
  const found = { subject: "problems", value: lines === 0 ? null : value, n: lines };
  if (found.value === null) return itemOf(budget, found, ["inconclusive", "no lines"]);
  const of = `${formatCount(total, "problem")} in ${formatCount(lines, "line")}`;
  const finding = budget.unit === "count" ? of : `${of}, ${formatAmount(value, budget.unit)}`;
  const verdict = isWithin(budget, value) ? "pass" : "fail";
  const item = itemOf(budget, found, [verdict, finding]);
  if (verdict !== "fail" || total === 0) return item;
  const kinds = Object.entries(problems).filter(([, count]) => count > 0);
  const listed = kinds.sort(([, a], [, b]) => b - a).map(([kind, count]) => `${count} ${kind}`);
  return { ...item, details: [`By kind: ${listed.join(", ")}`] };
}

/** Parts of all turns whose verdict is known; of `unknown`, of all turns. */
function judgeCache(
  budget: Budget,
  verdict: keyof CacheCounts,
  { measures, before, minSamples }: BudgetEvidence,
): CheckItem {
  const counts = measures.cache ?? { hit: 0, partial: 0, miss: 0, unknown: 0 };
  const value = cacheShare(counts, verdict);
  const known = counts.hit + counts.partial + counts.miss;
  const n = verdict === "unknown" ? known + counts.unknown : known;
  const found = { subject: `cache ${verdict}`, value, n };
  const wanted = budget.minSamples ?? minSamples;
  if (value === null || n < wanted) {
    const turns = `${formatCount(n, "turn")} of ${known + counts.unknown} with a known verdict`;
    return itemOf(budget, found, [
      "inconclusive",
      `${turns}, and ${Math.max(1, wanted)} are wanted`,
    ]);
  }
  const item = itemOf(budget, found, decide(budget, value, verdict, n));
  if (item.verdict !== "fail") return item;
  const old = before?.cache ?? null;
  const changes = old === null ? [] : [`In the baseline: ${listCounts(old)}`];
  return { ...item, details: [`Turns: ${listCounts(counts)}`, ...changes] };
}

function cacheShare(counts: CacheCounts, verdict: keyof CacheCounts): number | null {
  const known = counts.hit + counts.partial + counts.miss;
  const all = verdict === "unknown" ? known + counts.unknown : known;
  return all === 0 ? null : counts[verdict] / all;
}

function listCounts({ hit, partial, miss, unknown }: CacheCounts): string {
  return `${hit} hit, ${partial} partial, ${miss} miss, ${unknown} unknown`;
}

/** The verdict on a value that is known, and what was found. */
function decide(
  budget: Budget,
  value: number,
  name: string,
  n: number,
): [verdict: CheckVerdict, finding: string] {
  const samples = name === "n" ? "" : ` (n ${n})`;
  const finding = `${name} is ${formatAmount(value, budget.unit)}${samples}`;
  return [isWithin(budget, value) ? "pass" : "fail", finding];
}

function itemOf(
  budget: Budget,
  { subject, value, n }: Found,
  [verdict, finding]: readonly [CheckVerdict, string],
): CheckItem {
  const { text, why, limit, unit } = budget;
  return {
    kind: "budget",
    name: text,
    subject,
    verdict,
    finding,
    details: [],
    why,
    n,
    value,
    limit,
    unit,
    spentBy: null,
    change: null,
  };
}

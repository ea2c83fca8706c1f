import type {
  BaselineReport,
  BreachReport,
  CheckItem,
  CheckReport,
  CheckVerdict,
  Measures,
} from "../report/check_report.ts";
import { formatCount } from "../units/count.ts";
import type { Budget } from "./budget_expression.ts";
import type { BaselineJudgement } from "./judge_baseline.ts";
import { judgeBudget } from "./judge_budget.ts";

/** Everything a check is judged by. */
export interface CheckEvidence {
  readonly measures: Measures;
  /** For each budget, who spent what is over it. */
  readonly breaches: readonly (readonly BreachReport[])[];
  readonly minSamples: number;
  /** Logs with more problems than are tolerated. */
  readonly damages: readonly Damage[];
  readonly baseline: {
    readonly measures: Measures;
    readonly judgement: BaselineJudgement;
    readonly report: Omit<BaselineReport, "tooFew">;
  } | null;
}

/** A log with more problems than are tolerated. */
export interface Damage {
  /** Which log, and the limit: `--max-problems 5%`. */
  readonly name: string;
  readonly problems: number;
  readonly lines: number;
}

/** Judges all budgets and the baseline: the one list that every format writes. */
export function judgeCheck(budgets: readonly Budget[], evidence: CheckEvidence): CheckReport {
  const { measures, breaches, minSamples, damages, baseline } = evidence;
  const before = baseline?.measures ?? null;
  const items = [
    ...damages.map(describeDamage),
    ...budgets.flatMap((budget, index) =>
      judgeBudget(budget, { measures, breaches: breaches[index] ?? [], before, minSamples }),
    ),
    ...(baseline?.judgement.items ?? []),
  ];
  return {
    verdict: overall(items, measures.requests),
    items,
    requests: measures.requests,
    baseline: baseline && { ...baseline.report, tooFew: baseline.judgement.tooFew },
  };
}

function describeDamage({ name, problems, lines }: Damage): CheckItem {
  return {
    kind: "log",
    name,
    subject: "problems",
    verdict: "fail",
    finding: `${formatCount(problems, "problem")} in ${formatCount(lines, "line")}`,
    details: [],
    why: null,
    n: lines,
    value: problems,
    limit: null,
    unit: "count",
    spentBy: null,
    change: null,
  };
}

/** One failure fails the whole; what cannot be judged is never passed over. */
function overall(items: readonly CheckItem[], requests: number): CheckVerdict {
  const has = (verdict: CheckVerdict) => items.some((item) => item.verdict === verdict);
  if (has("fail")) return "fail";
  return has("inconclusive") || requests === 0 ? "inconclusive" : "pass";
}

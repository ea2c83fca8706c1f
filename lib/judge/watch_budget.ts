import type { BreachWatch } from "../report/check_report.ts";
import { type Budget, isUpperLimit, isWithin } from "./budget_expression.ts";
import { normalizeName } from "./series_name.ts";

/** Names compared again and again: their normal form is kept for so many. */
const maxKept = 10_000;

/**
 * The watch of a budget: a duration of its series that the budget does not allow. A budget that asks for
 * at least so much, or is about something else, watches for nothing.
 */
export function watchBudget(budget: Budget): BreachWatch {
  const { subject, unit } = budget;
  if (subject.kind !== "series" || unit !== "ms" || !isUpperLimit(budget)) {
    return { family: "figure", matches: () => false, isOver: () => false };
  }
  const known = new Map<string, boolean>();
  return {
    family: subject.family,
    matches: (name) => {
      let isMatch = known.get(name);
      if (isMatch === undefined) {
        isMatch = normalizeName(name) === subject.name;
        if (known.size < maxKept) known.set(name, isMatch);
      }
      return isMatch;
    },
    isOver: (milliseconds) => !isWithin(budget, milliseconds),
  };
}

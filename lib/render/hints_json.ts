import type { HintReport } from "../report/hint_report.ts";

/** Hints as JSON writes them: evidence is the sentence and its numbers. */
export function hintsToJson(hints: readonly HintReport[]): Record<string, unknown>[] {
  return hints.map(({ rule, finding, figures, advice }) => ({
    rule,
    evidence: { text: finding, ...figures },
    advice,
  }));
}

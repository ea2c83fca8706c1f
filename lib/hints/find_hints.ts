import type { HintEvidence } from "../report/hint_evidence.ts";
import type { HintReport } from "../report/hint_report.ts";
import { findClockConflicts } from "./clock_conflict.ts";
import { findConfiguredWaits } from "./configured_wait.ts";
import { findFixedWaits } from "./fixed_wait.ts";
import { findGrowingPrefill } from "./growing_prefill.ts";
import type { HintRule } from "./hint_rule.ts";
import type { HintLimits } from "./limits.ts";
import { findUnloadedModel } from "./model_unloaded.ts";
import { findNewConnections } from "./new_connection.ts";
import { findRecurringGaps } from "./recurring_gap.ts";
import { findSlowStages } from "./slow_stage.ts";

/** Every rule, in the order in which its hints are told. */
export const hintRules: readonly HintRule[] = [
  findSlowStages,
  findRecurringGaps,
  findNewConnections,
  findFixedWaits,
  findGrowingPrefill,
  findUnloadedModel,
  findConfiguredWaits,
  findClockConflicts,
];

/** Asks every rule what is worth a look. */
export function findHints(evidence: HintEvidence, limits: HintLimits): HintReport[] {
  return hintRules.flatMap((rule) => rule(evidence, limits));
}

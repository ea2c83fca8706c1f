import type { HintEvidence } from "../report/hint_evidence.ts";
import type { HintReport } from "../report/hint_report.ts";
import type { HintLimits } from "./limits.ts";

/** Looks for one thing: evidence in, a hint for each time it is found out. */
export type HintRule = (evidence: HintEvidence, limits: HintLimits) => HintReport[];

/** Below so many samples a distribution has no shape that tells anything. */
export const samplesForShape = 10;

/** What was met in fewer requests may be chance. */
export const fewestRequests = 3;

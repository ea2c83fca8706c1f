import type { GapEvidence, HintEvidence, StageEvidence } from "../../lib/report/hint_evidence.ts";

/** Evidence in which no rule finds anything, but for what is given. */
export function evidenceOf(parts: Partial<HintEvidence>): HintEvidence {
  return {
    requests: 48,
    stages: [],
    gaps: [],
    clocks: [],
    prefill: { n: 0, r: null, msPer1000Tokens: null },
    firstTurns: { n: 0, loaded: 0, loadMs: null },
    endOfSpeech: { n: 0, configuredMs: null, observedMs: null },
    ...parts,
  };
}

/** A stage that varies as work does, but for what is given. */
export function stageOf(parts: Partial<StageEvidence>): StageEvidence {
  const { medianMs = 100 } = parts;
  return {
    name: "memory storage",
    kind: "work",
    isBetweenEvents: true,
    n: 48,
    minMs: medianMs / 2,
    medianMs,
    deviationMs: medianMs / 5,
    ...parts,
  };
}

/** A gap in many requests, but for what is given. */
export function gapOf(parts: Partial<GapEvidence>): GapEvidence {
  return {
    name: "v34_a → v34_b",
    events: ["v34_a", "v34_b"],
    requests: 41,
    medianMs: 420,
    share: 0.1,
    ...parts,
  };
}

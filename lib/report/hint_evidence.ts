import type { ClockPairReport } from "./clock_report.ts";

/** What hints are drawn from: figures over many requests. Durations in milliseconds. */
export interface HintEvidence {
  readonly requests: number;
  /** Stages that somebody works on or hands over in, by name, in the order of a turn. */
  readonly stages: readonly StageEvidence[];
  readonly gaps: readonly GapEvidence[];
  /** Tokens of the prompt against the time of its prefill. */
  readonly prefill: {
    readonly n: number;
    /** Pearson's correlation; null where there is too little to tell. */
    readonly r: number | null;
    readonly msPer1000Tokens: number | null;
  };
  readonly firstTurns: FirstTurnEvidence;
  readonly clocks: readonly ClockPairReport[];
  /** The silence that ends a turn, as it is set and as it was; medians over `n` requests that tell both. */
  readonly endOfSpeech: {
    readonly n: number;
    readonly configuredMs: number | null;
    readonly observedMs: number | null;
  };
}

/** One stage over all its samples. */
export interface StageEvidence {
  readonly name: string;
  readonly kind: "work" | "hop";
  /** Measured between two events, not told by the model's server. */
  readonly isBetweenEvents: boolean;
  readonly n: number;
  readonly minMs: number;
  readonly medianMs: number;
  /** Median distance from the median. */
  readonly deviationMs: number;
}

/** Time between two neighbouring events that no span covers. */
export interface GapEvidence {
  /** `a → b`. */
  readonly name: string;
  /** The two events; null if a name of an event has such an arrow itself. */
  readonly events: readonly [from: string, to: string] | null;
  /** Requests in which it occurred. */
  readonly requests: number;
  readonly medianMs: number;
  /** Part of the wait for first audio, a fraction; null where nobody waits for audio. */
  readonly share: number | null;
}

/** Turns before which the model had not been asked for a while, of those whose server tells of loading. */
export interface FirstTurnEvidence {
  readonly n: number;
  /** Those that took `loadLimitMs` or longer to load the model. */
  readonly loaded: number;
  /** Median load of these. */
  readonly loadMs: number | null;
}

/** A server that holds the model in memory says tens of milliseconds; reading it from a disk takes seconds. */
export const loadLimitMs = 1_000;

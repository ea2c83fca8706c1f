/**
 * What a value of a row is: a number; an answer, 1 or 0; a text; or the row of a turn, whose id is meant. All
 * are told by a number; NaN is `null`.
 */
export type ValueKind = "number" | "answer" | "text" | "id";

/** How rows look: texts that are the same in every row, and a value behind each but the last. */
export interface RowForm {
  readonly texts: readonly string[];
  readonly values: readonly { readonly kind: ValueKind; readonly place: number }[];
}

/** How turns look as rows. Where their values are placed, `turnPlaces` says. */
export interface TurnForms {
  /** Of a turn with evidence for its verdict. */
  readonly judged: RowForm;
  /** Of one without. */
  readonly unknown: RowForm;
  /** What stands between two. */
  readonly between: string;
}

/** Where the values of a turn stand in its row, by their names in `TurnReport`. */
export const turnPlaces = {
  turn: 0,
  id: 1,
  startSeconds: 2,
  totalMs: 3,
  processingMs: 4,
  voiceToVoiceMs: 5,
  llmMs: 6,
  promptTokens: 7,
  evaluatedTokens: 8,
  prefillMs: 9,
  cache: 10,
  cacheRule: 11,
  evidence: 12,
  evidenceOf: 13,
  tailMode: 14,
} as const;

function seriesPlaces(from: number) {
  return {
    n: from,
    mean: from + 1,
    min: from + 2,
    p50: from + 3,
    p90: from + 4,
    p95: from + 5,
    p99: from + 6,
    max: from + 7,
  };
}

/** Where the values of a session stand, by their names in `SessionReport`. */
export const sessionPlaces = {
  id: 16,
  inferred: 17,
  startSeconds: 18,
  requests: 19,
  llm: seriesPlaces(20),
  processing: seriesPlaces(28),
  voiceToVoice: seriesPlaces(36),
  first: { llmMs: 44, processingMs: 45 },
  later: { llm: seriesPlaces(46), processing: seriesPlaces(54) },
  speedup: 62,
  prompt: { first: 63, last: 64, mean: 65, tokensPerTurn: 66, turnAtLimit: 67 },
  correlation: { n: 68, r: 69, msPer1000Tokens: 70 },
  trend: { n: 71, msPerTurn: 72 },
  cache: {
    hit: 73,
    partial: 74,
    miss: 75,
    unknown: 76,
    coldPrefillMs: 77,
    warmPrefillMs: 78,
    savedMs: 79,
  },
};

/** So many values there are. */
export const valueCount = 80;

/** A conversation, to be written. */
export interface SessionRow {
  /** Sets the values of the session. */
  place(): void;
  /** Writes its turns. */
  writeTurns(): void;
}

/** Writes conversations as JSON has them, without an object or a string for each number. */
export interface RowWriter {
  /** Those that were chosen, by start; one object serves for all of them. */
  readonly sessions: Iterable<SessionRow>;
  /** Sets up a form and returns the number by which rows are written in it. */
  open(form: RowForm): number;
  /** Sets how turns are written. */
  formTurns(forms: TurnForms): void;
  /** Writes a row of the values that were placed last. */
  write(form: number): void;
  /** Hands over all rows that were written. */
  end(): void;
}

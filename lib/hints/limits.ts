/** What the median of a stage is measured against, in milliseconds by the stage's name. */
export type HintLimits = ReadonlyMap<string, number>;

/** The limits where nobody sets others, in the order of a turn. */
export const usualLimits: HintLimits = new Map([
  ["classification", 200],
  ["retrieval", 1_000],
  ["llm", 3_000],
  ["synthesis", 500],
]);

/** What a turn is beside its id, of an object that becomes one turn after the other. */
export class TurnFields {
  number = 0;
  startSeconds = 0;
  totalSeconds = 0;
  processingSeconds = 0;
  voiceToVoiceSeconds: number | null = null;
  llmSeconds: number | null = null;
  promptTokens: number | null = null;
  promptEvalCount: number | null = null;
  cachedCount: number | null = null;
  prefillMs: number | null = null;
  tailMode: boolean | null = null;
  hasKvCache: boolean | null = null;
}

/** A number of a row, where what is absent is NaN. */
export function known(value = Number.NaN): number | null {
  return Number.isNaN(value) ? null : value;
}

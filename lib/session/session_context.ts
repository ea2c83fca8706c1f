/** What a conversation is judged against. */
export interface SessionContext {
  /** The log's cold rate, milliseconds of prefill per token. */
  readonly coldRate: number | null;
  /** Tokens that the model's context holds. */
  readonly contextTokens: number;
}

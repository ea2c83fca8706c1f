/** When to try again, and when to give up. */
export interface RetryRules {
  /** Tries in all, the first included. */
  readonly tries: number;
  readonly firstDelayMs: number;
  readonly longestDelayMs: number;
  /** A server may ask for so much patience and no more. */
  readonly patienceMs: number;
}

/** The rules of `export --post`. */
export const usualRetries: RetryRules = {
  tries: 6,
  firstDelayMs: 1_000,
  longestDelayMs: 30_000,
  patienceMs: 120_000,
};

/** Statuses that OTLP/HTTP calls retryable; all other failures are final. */
const retryableStatuses = [429, 502, 503, 504];

/** Whether a server that answers so may take the same later. */
export function isRetryable(status: number): boolean {
  return retryableStatuses.includes(status);
}

/**
 * How long to wait before the next try, in milliseconds: what the server asks for, else twice as long
 * each time, of which a random half is left out so that clients do not come back all at once
 * (`random` in [0, 1)).
 */
export function retryDelayMs(
  tried: number,
  askedMs: number | null,
  rules: RetryRules,
  random: number,
): number {
  if (askedMs !== null) return askedMs;
  const delayMs = Math.min(rules.firstDelayMs * 2 ** (tried - 1), rules.longestDelayMs);
  return delayMs * (0.5 + random / 2);
}

const httpDate =
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/**
 * What a `Retry-After` header asks for, in milliseconds from `nowMs`: whole seconds or an HTTP date (RFC
 * 9110, 10.2.3), 0 for one that has passed. Null if it is absent or neither.
 */
export function parseRetryAfter(header: string | null, nowMs: number): number | null {
  const text = header?.trim() ?? "";
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  if (!httpDate.test(text)) return null;
  const atMs = Date.parse(text);
  return Number.isNaN(atMs) ? null : Math.max(0, atMs - nowMs);
}

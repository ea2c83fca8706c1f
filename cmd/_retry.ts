import { AccessError } from "../lib/error.ts";
import { formatSeconds } from "../lib/units/duration.ts";

/** When to try again, and when to give up. */
export interface RetryRules {
  /** Tries in all, the first included. */
  readonly tries: number;
  readonly firstDelayMs: number;
  readonly longestDelayMs: number;
  /** A server may ask for so much patience and no more. */
  readonly patienceMs: number;
}

/** The rules of `export`. */
export const usualRetries: RetryRules = {
  tries: 6,
  firstDelayMs: 1_000,
  longestDelayMs: 30_000,
  patienceMs: 120_000,
};

/** The rules of what goes on until it is stopped. */
export const endlessRetries: RetryRules = { ...usualRetries, tries: Number.POSITIVE_INFINITY };

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

/** What trying again needs of the world; tests bring their own. */
export interface RetryWorld {
  readonly rules: RetryRules;
  readonly nowMs: () => number;
  /** A number in [0, 1). */
  readonly random: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** Says why it takes longer. */
  readonly note: (text: string) => Promise<void>;
}

/** What a server made of what it was sent. */
export type SendOutcome<Answer> =
  | { readonly accepted: Answer }
  | {
      readonly isPassing: boolean;
      readonly reason: string;
      /** How long the server asks to wait, in milliseconds. */
      readonly askedMs: number | null;
    };

/**
 * Sends until it is accepted: the same again after as long as the server asks for, or ever longer. `what`
 * is being sent, for messages: `3 spans to http://localhost:4318/v1/traces`.
 *
 * @throws AccessError if it is refused for good, or the rules are exhausted.
 */
export async function sendUntilAccepted<Answer>(
  what: string,
  send: () => Promise<SendOutcome<Answer>>,
  { rules, random, sleep, note }: RetryWorld,
): Promise<Answer> {
  const isEndless = rules.tries === Number.POSITIVE_INFINITY;
  for (let tried = 1; ; tried++) {
    const outcome = await send();
    if ("accepted" in outcome) return outcome.accepted;
    if (!outcome.isPassing) throw new AccessError(`Cannot send ${what}: ${outcome.reason}`);
    if (tried >= rules.tries) {
      throw new AccessError(`Cannot send ${what}, tried ${tried} times: ${outcome.reason}`);
    }
    const delayMs = retryDelayMs(tried, outcome.askedMs, rules, random());
    if (delayMs > rules.patienceMs && !isEndless) {
      const seconds = Math.ceil(delayMs / 1000);
      throw new AccessError(
        `Cannot send ${what}: ${outcome.reason}, and asks to wait ${seconds} s; send them later`,
      );
    }
    const waitMs = Math.min(delayMs, rules.patienceMs);
    const next = `try ${tried + 1}${isEndless ? "" : ` of ${rules.tries}`}`;
    await note(
      `Cannot send ${what} just now: ${outcome.reason}; ${next} in ${formatSeconds(waitMs / 1000)}`,
    );
    await sleep(waitMs);
  }
}

import { UsageError } from "../lib/error.ts";
import { quote } from "../lib/escape.ts";
import { requireInstant } from "../lib/units/instant.ts";

/** A stretch of time: requests that start from `sinceSeconds` on and before `untilSeconds`. */
export interface Window {
  readonly sinceSeconds?: number;
  readonly untilSeconds?: number;
}

/**
 * Parses `T..T`; one of the two may be missing, where the log's own end is meant.
 *
 * @throws UsageError that names `option`.
 */
export function requireWindow(text: string, option: string, nowSeconds: number): Window {
  const cut = text.indexOf("..");
  const [since, until] = [text.slice(0, Math.max(0, cut)), text.slice(cut + 2)];
  if (cut < 0 || (since === "" && until === "")) {
    throw new UsageError(
      `Cannot use ${quote(text)} for ${option}: write two times, as in ${option} 2h..1h`,
    );
  }
  const window = {
    ...(since === "" ? {} : { sinceSeconds: requireInstant(since, option, nowSeconds) }),
    ...(until === "" ? {} : { untilSeconds: requireInstant(until, option, nowSeconds) }),
  };
  const { sinceSeconds = Number.NEGATIVE_INFINITY, untilSeconds = Number.POSITIVE_INFINITY } =
    window;
  if (sinceSeconds < untilSeconds) return window;
  throw new UsageError(`Cannot use ${quote(text)} for ${option}: it ends before it begins`);
}

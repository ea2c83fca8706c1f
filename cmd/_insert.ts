import { judgeInsert } from "../lib/clickhouse/insert_verdict.ts";
import { ClickHouseError } from "../lib/clickhouse/server_error.ts";
import { parseRetryAfter, type RetryWorld, type SendOutcome, sendUntilAccepted } from "./_retry.ts";

/**
 * Makes an insert until it is done: null; or the reason why the server will never take these rows. What may
 * be stored or not is sent again, the very same, until there is an answer. `what` is being sent, for
 * messages.
 *
 * @throws AccessError if the server takes nothing at all, or cannot be reached in time.
 */
export function insertUntilDone(
  what: string,
  insert: () => Promise<void>,
  world: RetryWorld,
): Promise<string | null> {
  const send = async (): Promise<SendOutcome<string | null>> => {
    try {
      await insert();
      return { accepted: null };
    } catch (error) {
      if (!(error instanceof ClickHouseError)) throw error;
      const verdict = judgeInsert(error);
      if (verdict === "poison") return { accepted: error.reason };
      const askedMs = parseRetryAfter(error.retryAfter, world.nowMs());
      return { isPassing: verdict === "later", reason: error.reason, askedMs };
    }
  };
  return sendUntilAccepted(what, send, world);
}

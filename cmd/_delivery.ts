import type { ClickHouse } from "../lib/clickhouse/client.ts";
import { judgeInsert } from "../lib/clickhouse/insert_verdict.ts";
import { sendParcel } from "../lib/clickhouse/parcel.ts";
import { ClickHouseError } from "../lib/clickhouse/server_error.ts";
import type { ServerFacts } from "../lib/clickhouse/server_facts.ts";
import type { Parcel } from "../lib/log/shipping/parcel.ts";
import { parseRetryAfter, type RetryWorld, type SendOutcome, sendUntilAccepted } from "./_retry.ts";

/**
 * Sends a parcel to ClickHouse until it is stored: null; or the reason why it will never take these rows.
 * What may be stored or not is sent again, the very same, until there is an answer.
 *
 * @throws AccessError if the server takes nothing at all, or cannot be reached in time.
 */
export function deliver(
  server: ClickHouse,
  facts: ServerFacts,
  parcel: Parcel,
  world: RetryWorld,
): Promise<string | null> {
  const send = async (): Promise<SendOutcome<string | null>> => {
    try {
      await sendParcel(server, facts, parcel);
      return { accepted: null };
    } catch (error) {
      if (!(error instanceof ClickHouseError)) throw error;
      const verdict = judgeInsert(error);
      if (verdict === "poison") return { accepted: error.reason };
      const askedMs = parseRetryAfter(error.retryAfter, world.nowMs());
      return { isPassing: verdict === "later", reason: error.reason, askedMs };
    }
  };
  return sendUntilAccepted(`${parcel.what} to ${server.address.text}`, send, world);
}

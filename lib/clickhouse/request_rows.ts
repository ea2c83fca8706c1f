import type { Metadata, TimingEvent } from "../event/timing_event.ts";
import type { ClickHouse } from "./client.ts";
import type { EventPlace } from "./event_place.ts";
import type { PairNumbers } from "./pair_numbers.ts";
import { type RequestScope, requestArrays } from "./request_arrays.ts";
import { ClickHouseError } from "./server_error.ts";

/** A request as a row of an answer: arrays with one entry an event. */
export interface RequestRow {
  readonly id: string;
  /** Microseconds since 1970. */
  readonly times: readonly (number | string)[];
  readonly pairs: readonly (number | string)[];
  /** JSON; empty for what was not asked for. */
  readonly metas: readonly string[];
}

/**
 * Settings of queries that answer with many requests: each server makes whole requests of its part, and
 * what must be sorted may lie on the server's disk.
 */
export const rowSettings = {
  distributed_group_by_no_merge: 1,
  output_format_json_quote_64bit_integers: 0,
  max_bytes_before_external_sort: 1_000_000_000,
  max_bytes_before_external_group_by: 1_000_000_000,
} as const;

/**
 * Hands out the events of each request in scope, oldest request first, ties by id.
 *
 * @throws ClickHouseError if the server cannot be asked, or answers what makes no sense.
 */
export async function* askRequestRows(
  server: ClickHouse,
  { table }: EventPlace,
  pairs: PairNumbers,
  scope: RequestScope,
): AsyncGenerator<TimingEvent[]> {
  const sql =
    `SELECT id, times, pairs, metas FROM (${requestArrays(table, pairs, scope)}) ` +
    `ORDER BY times[1], id FORMAT JSONEachRow`;
  for await (const row of server.rows<RequestRow>({ sql, settings: rowSettings })) {
    yield eventsOfRow(row, pairs, server);
  }
}

/** The events of a row. */
export function eventsOfRow(
  { id, times, pairs: told, metas }: RequestRow,
  pairs: PairNumbers,
  { address }: Pick<ClickHouse, "address">,
): TimingEvent[] {
  return times.map((time, place) => {
    const pair = pairs.pairOf(told[place] ?? 0);
    const metadata = parseMetadata(metas[place] ?? "");
    if (pair === null || metadata === null) {
      const reason =
        pair === null ? "new kinds of events came in; ask again" : "metadata is no JSON";
      throw new ClickHouseError(address, `${reason} (request ${id})`);
    }
    // One division of whole numbers: what a writer printed with six decimals comes back as it was.
    return { timestampSeconds: Number(time) / 1e6, requestId: id, ...pair, metadata };
  });
}

function parseMetadata(text: string): Metadata | null {
  if (text === "") return {};
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return isObject ? (value as Metadata) : null;
  } catch {
    return null;
  }
}

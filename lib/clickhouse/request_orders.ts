import type { ClickHouse } from "./client.ts";
import { type EventPlace, onEveryServer } from "./event_place.ts";
import type { PairNumbers } from "./pair_numbers.ts";
import { type RequestScope, requestArrays } from "./request_arrays.ts";

/** An order of events that requests have in common. */
export interface RequestOrder {
  /** A hash of `pairs`, as `orderHash` finds it. */
  readonly hash: string;
  /** Numbers of the events. */
  readonly pairs: readonly number[];
  readonly requests: number;
  /** Start of the first of these requests, microseconds. */
  readonly first: number;
}

/** Which orders are worth a plan. */
export interface OrderLimits {
  /** At most so many: the most frequent ones. */
  readonly most: number;
  /** Of at least so many requests. */
  readonly leastRequests: number;
  readonly mostEvents: number;
}

/** SQL for the hash of a request's order. */
export const orderHash = "cityHash64(pairs)";

/**
 * Asks in which orders the events of requests come, the order that was met first at the beginning: one
 * row for each, with a hash and how many requests have it.
 *
 * @throws ClickHouseError if the server cannot be asked.
 */
export async function askOrders(
  server: ClickHouse,
  place: EventPlace,
  pairs: PairNumbers,
  scope: RequestScope,
  { most, leastRequests, mostEvents }: OrderLimits,
): Promise<RequestOrder[]> {
  const requests = requestArrays(place.local, pairs, { ...scope, metadata: "none" });
  const parts =
    `SELECT ${orderHash} AS h, any(pairs) AS p, count() AS n, min(times[1]) AS t ` +
    `FROM (${requests}) WHERE length(times) <= ${mostEvents} GROUP BY h`;
  const columns = "toString(h) AS hash, any(p) AS numbers, sum(n) AS requests, min(t) AS first";
  const sql =
    `${onEveryServer(place, columns, parts)} GROUP BY h HAVING requests >= ${leastRequests} ` +
    `ORDER BY requests DESC, first, hash LIMIT ${most} FORMAT JSONEachRow`;
  const orders: RequestOrder[] = [];
  type Row = Readonly<Record<"hash" | "requests" | "first", string>> & { numbers: number[] };
  for await (const { hash, numbers, requests: n, first } of server.rows<Row>({ sql })) {
    orders.push({ hash, pairs: numbers, requests: Number(n), first: Number(first) });
  }
  return orders.sort((a, b) => a.first - b.first || (a.hash < b.hash ? -1 : 1));
}

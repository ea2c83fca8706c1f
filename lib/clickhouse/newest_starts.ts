import type { ClickHouse } from "./client.ts";
import type { EventPlace } from "./event_place.ts";
import { requestArrays } from "./request_arrays.ts";
import { rowSettings } from "./request_rows.ts";
import { tablesOf } from "./schema.ts";

/** The first look back from the newest event, microseconds; each further one goes so many times as far. */
const firstLook = 3_600_000_000;
const farther = 8;

/** Numbers of events are of no use here. */
const noPairs = { sql: "0" };

/**
 * The start, in microseconds, of the oldest of the `wanted` requests that started last; null if there are
 * not more than that. Looks only as far back as it takes.
 *
 * @throws ClickHouseError if the server cannot be asked.
 */
export async function askNewestStarts(
  server: ClickHouse,
  { table }: EventPlace,
  wanted: number,
  idleMicroseconds: number,
): Promise<number | null> {
  const times = await askTimes(server);
  if (times === null) return null;
  const [oldest, newest] = times;
  if (wanted < 1) return newest + 1;
  for (let look = firstLook + idleMicroseconds; ; look *= farther) {
    const since = newest - look;
    if (since - idleMicroseconds <= oldest) break;
    const starts = await askStarts(server, table, { wanted, since, idleMicroseconds });
    const start = starts[wanted - 1];
    if (start !== undefined) return start;
  }
  return null;
}

/**
 * The instants of the oldest and the newest event, microseconds; null if there is none.
 *
 * @throws ClickHouseError if the server cannot be asked.
 */
export async function askTimes(server: ClickHouse): Promise<readonly [number, number] | null> {
  const sql =
    `SELECT count() AS n, min(time) AS oldest, max(time) AS newest ` +
    `FROM ${tablesOf(server.address).events} FORMAT JSONEachRow`;
  for await (const { n, oldest, newest } of server.rows<Readonly<Record<string, unknown>>>({
    sql,
  })) {
    if (Number(n) > 0) return [Number(oldest), Number(newest)];
  }
  return null;
}

async function askStarts(
  server: ClickHouse,
  table: string,
  { wanted, ...scope }: { wanted: number; since: number; idleMicroseconds: number },
): Promise<number[]> {
  const requests = requestArrays(table, noPairs, { ...scope, metadata: "none" });
  const sql =
    `SELECT times[1] AS start FROM (${requests}) ORDER BY start DESC LIMIT ${wanted} ` +
    `FORMAT JSONEachRow`;
  const starts: number[] = [];
  type Row = { readonly start: number | string };
  for await (const { start } of server.rows<Row>({ sql, settings: rowSettings })) {
    starts.push(Number(start));
  }
  return starts;
}

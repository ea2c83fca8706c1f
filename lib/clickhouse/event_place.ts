import type { ClickHouse } from "./client.ts";
import { tableNames, tablesOf } from "./schema.ts";
import { ClickHouseError } from "./server_error.ts";
import { quoteName, quoteText } from "./sql.ts";

/** Where the events lie, as SQL names it. */
export interface EventPlace {
  /** The table that has all of them. */
  readonly table: string;
  /** The table that each server has its part in. */
  readonly local: string;
  /** The cluster whose servers share the events; null where one has them all. */
  readonly cluster: string | null;
}

/** How a Distributed table was made: of which cluster, database and table. */
const distributed =
  /^Distributed\((?:'([^']+)'|([^',\s]+)), *(?:'([^']+)'|([^',\s]+)), *(?:'([^']+)'|([^',\s)]+))/;

/**
 * Finds the events in the database of a server's address.
 *
 * @throws ClickHouseError if there are none, with the way to make room for them.
 */
export async function findEvents(server: ClickHouse): Promise<EventPlace> {
  const { database } = server.address;
  const { events } = tablesOf(server.address);
  const sql =
    `SELECT engine_full AS engine FROM system.tables WHERE database = ${quoteText(database)} ` +
    `AND name = ${quoteText(tableNames.events)} FORMAT JSONEachRow`;
  for await (const { engine } of server.rows<{ engine: string }>({ sql })) {
    const match = distributed.exec(engine);
    if (match === null) return { table: events, local: events, cluster: null };
    const [cluster = "", base = "", table = ""] = [
      match[1] ?? match[2],
      match[3] ?? match[4],
      match[5] ?? match[6],
    ];
    return { table: events, local: `${quoteName(base)}.${quoteName(table)}`, cluster };
  }
  throw new ClickHouseError(
    server.address,
    `it has no events; make room with: timmy-latency export --to ${server.address.text} --init`,
  );
}

/**
 * A query whose work every server of the cluster does on its own part, so that only its rows travel:
 * `select` names their columns. Versions without views as tables do this for the right side of a join.
 */
export function onEveryServer({ cluster }: EventPlace, select: string, work: string): string {
  if (cluster === null) return `SELECT ${select} FROM (${work})`;
  return (
    `SELECT ${select} FROM cluster(${quoteName(cluster)}, system, one) AS server ALL INNER JOIN ` +
    `(SELECT toUInt8(0) AS dummy, * FROM (${work})) AS part USING dummy`
  );
}

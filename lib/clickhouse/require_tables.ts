import type { ClickHouse } from "./client.ts";
import { eventColumns, rangeColumns, tableNames } from "./schema.ts";
import { ClickHouseError, missingTable } from "./server_error.ts";
import { quoteText } from "./sql.ts";

/**
 * Makes sure that both tables are there and have the columns that will be written.
 *
 * @throws ClickHouseError if not, or if the server cannot be asked.
 */
export async function requireTables(server: ClickHouse): Promise<void> {
  const { database } = server.address;
  const sql =
    `SELECT table, name FROM system.columns WHERE database = ${quoteText(database)} ` +
    `AND table LIKE 'timmy\\_latency\\_%' FORMAT JSONEachRow`;
  const found = new Set<string>();
  for await (const { table, name } of server.rows<{ table: string; name: string }>({ sql })) {
    found.add(table);
    found.add(`${table}.${name}`);
  }
  const wanted = [
    [tableNames.events, eventColumns],
    [tableNames.ranges, rangeColumns],
  ] as const;
  for (const [table, columns] of wanted) {
    if (!found.has(table)) throw missingTable(server.address, table);
    const missing = columns.map(([name]) => name).filter((name) => !found.has(`${table}.${name}`));
    if (missing.length === 0) continue;
    throw new ClickHouseError(
      server.address,
      `its table ${table} lacks ${missing.join(", ")}; it is of another version of this program`,
    );
  }
}

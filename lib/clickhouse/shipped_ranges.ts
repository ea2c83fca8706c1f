import { problemKinds } from "../event/decode.ts";
import type { LogReport } from "../report/log_report.ts";
import type { ClickHouse } from "./client.ts";
import { problemColumn, tablesOf } from "./schema.ts";
import { quoteName } from "./sql.ts";

/** What of a `LogReport` the ranges tell that were shipped. */
export type ShippedLog = Pick<
  LogReport,
  "bytes" | "lines" | "recovered" | "blank" | "nulHoles" | "fallbackLines" | "problems"
>;

const counts = ["bytes", "lines", "recovered", "blank", "nul_holes", "fallback_lines"] as const;

/**
 * Asks what was read when the logs were shipped. A range that was shipped more than once counts once, as
 * it was last. Problems are counted, but none can be listed: what is no event is not shipped.
 *
 * @throws ClickHouseError if the server cannot be asked.
 */
export async function askShippedLog(server: ClickHouse): Promise<ShippedLog> {
  const columns = [...counts, ...problemKinds.map(problemColumn)];
  const sums = columns.map(
    (name) => `toString(sum(${quoteName(`${name}_`)})) AS ${quoteName(name)}`,
  );
  const lasts = columns.map(
    (name) => `argMax(${quoteName(name)}, end) AS ${quoteName(`${name}_`)}`,
  );
  const sql =
    `SELECT ${sums.join(", ")} FROM (SELECT ${lasts.join(", ")} FROM ${tablesOf(server.address).ranges} ` +
    `GROUP BY host, generation, start) FORMAT JSONEachRow`;
  let told: Readonly<Record<string, string>> = {};
  for await (const row of server.rows<Readonly<Record<string, string>>>({ sql })) told = row;
  const count = (name: string) => Number(told[name] ?? 0);
  const kinds = Object.fromEntries(problemKinds.map((kind) => [kind, count(problemColumn(kind))]));
  return {
    bytes: count("bytes"),
    lines: count("lines"),
    recovered: count("recovered"),
    blank: count("blank"),
    nulHoles: count("nul_holes"),
    fallbackLines: count("fallback_lines"),
    problems: {
      total: Object.values(kinds).reduce((sum, one) => sum + one, 0),
      kinds,
      first: [],
    },
  };
}

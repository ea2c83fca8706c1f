/**
 * The steps of a log by DuckDB, in SQL with window functions: `bun duckdb.ts LOG THREADS`. The package
 * is 70 MB, so it is no dependency: `bun add --no-save @duckdb/node-api@1.5.6-r.1`.
 */
import type { PeerAnswer } from "./_steps.ts";

const [path = "", threads = "1"] = process.argv.slice(2);

/** The part of the package that is used here. */
interface DuckDb {
  readonly DuckDBInstance: {
    create(
      path: string,
      options: Record<string, string>,
    ): Promise<{
      connect(): Promise<{
        runAndReadAll(sql: string): Promise<{ getRowObjectsJson(): Record<string, unknown>[] }>;
      }>;
    }>;
  };
}

// By a variable: the compiler is not to look for what need not be there.
const name = "@duckdb/node-api";
const { DuckDBInstance } = (await import(name)) as DuckDb;
const instance = await DuckDBInstance.create(":memory:", { threads });
const connection = await instance.connect();
const figures = "count(*) AS n, avg(d), min(d), max(d), quantile_cont(d, [0.5, 0.9, 0.95, 0.99])";
const result = await connection.runAndReadAll(`
  WITH events AS MATERIALIZED (
    SELECT timestamp, request_id, event
    FROM read_json('${path.replaceAll("'", "''")}', format = 'newline_delimited',
      columns = {timestamp: 'DOUBLE', request_id: 'VARCHAR', event: 'VARCHAR'})
  ), steps AS (
    SELECT lag(event) OVER turn || ' → ' || event AS step,
      timestamp - lag(timestamp) OVER turn AS d
    FROM events
    WINDOW turn AS (PARTITION BY request_id ORDER BY timestamp)
  ), totals AS (
    SELECT max(timestamp) - min(timestamp) AS d FROM events GROUP BY request_id
  )
  SELECT step, ${figures} FROM steps WHERE step IS NOT NULL GROUP BY step
  UNION ALL
  SELECT NULL, ${figures} FROM totals`);
const rows = result.getRowObjectsJson();
const steps = rows.filter((row) => row["step"] !== null);
const total = rows.find((row) => row["step"] === null);
const answer: PeerAnswer = {
  requests: Number(total?.["n"]),
  steps: steps.length,
  samples: steps.reduce((sum, row) => sum + Number(row["n"]), 0),
};
process.stdout.write(JSON.stringify(answer));

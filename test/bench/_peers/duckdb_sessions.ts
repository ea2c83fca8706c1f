/**
 * The conversations of a log by DuckDB, in SQL: `bun duckdb_sessions.ts LOG THREADS FORM OUT`. The form
 * `count` writes to the file OUT how many there are, `figures` the figures of each, `turns` also its
 * turns. It knows neither playback nor the prompt cache, and takes each id for one request.
 */
const [path = "", threads = "1", form = "figures", out = "/dev/null"] = process.argv.slice(2);

/** The part of the package that is used here. */
interface DuckDb {
  readonly DuckDBInstance: {
    create(
      path: string,
      options: Record<string, string>,
    ): Promise<{ connect(): Promise<{ run(sql: string): Promise<unknown> }> }>;
  };
}

// By a variable: the compiler is not to look for what need not be there.
const name = "@duckdb/node-api";
const { DuckDBInstance } = (await import(name)) as DuckDb;
const instance = await DuckDBInstance.create(":memory:", { threads });
const connection = await instance.connect();
const number = (event: string, key: string) =>
  `max(CASE WHEN event = '${event}' THEN CAST(metadata->>'${key}' AS DOUBLE) END)`;
const time = (event: string) => `max(CASE WHEN event = '${event}' THEN timestamp END)`;
const turns = `list({id: request_id, start: start, total: total, llm: llm, tokens: tokens,
  evaluated: evaluated, prefill: prefill} ORDER BY start) AS turns`;
const figures = `session, count(*) AS requests, min(start) AS start, avg(total) AS total,
  avg(llm) AS llm, quantile_cont(llm, [0.5, 0.9]) AS llms, quantile_cont(total, [0.5, 0.9]) AS totals,
  avg(tokens) AS tokens, regr_slope(llm, tokens) AS slope, corr(llm, tokens) AS r`;
const columns = form === "turns" ? `${figures}, ${turns}` : figures;
const sessions = `
  WITH events AS (
    SELECT timestamp, request_id, event, metadata
    FROM read_json('${path.replaceAll("'", "''")}', format = 'newline_delimited',
      columns = {timestamp: 'DOUBLE', request_id: 'VARCHAR', event: 'VARCHAR', metadata: 'JSON'})
  ), requests AS (
    SELECT request_id, min(timestamp) AS start, max(timestamp) - min(timestamp) AS total,
      max(CASE WHEN event = 'v34_webhook_received' THEN metadata->>'session_id' END) AS session,
      ${time("v34_ollama_received")} - ${time("v34_ollama_sent")} AS llm,
      ${number("v34_prompt_built", "prompt_tokens_est")} AS tokens,
      ${number("v34_ollama_received", "prompt_eval_count")} AS evaluated,
      ${number("v34_ollama_received", "prompt_eval_duration_ms")} AS prefill
    FROM events GROUP BY request_id
  )
  SELECT ${columns} FROM requests GROUP BY session ORDER BY min(start)`;
const answer =
  form === "count"
    ? `SELECT count(*) AS sessions, sum(requests)::BIGINT AS requests FROM (${sessions})`
    : sessions;
await connection.run(`COPY (${answer}) TO '${out}' (FORMAT json)`);

export {};

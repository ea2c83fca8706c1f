import type { ClickHouse } from "../../lib/clickhouse/client.ts";
import { problemColumn, tablesOf } from "../../lib/clickhouse/schema.ts";
import { problemKinds } from "../../lib/event/decode.ts";
import { readLog } from "../../lib/log/read_log.ts";
import type { LogReport } from "../../lib/report/log_report.ts";

/** How a log gets to a server. */
export interface Shipping {
  /** Each row so many times, as after resends. */
  readonly times?: number;
  readonly maxLineBytes?: number;
}

const rowsAtOnce = 20_000;

/**
 * Puts the events of logs into the tables of a server, as shipping does but without its care: the place of
 * an event is its number in the order of reading.
 */
export async function shipLog(
  server: ClickHouse,
  names: readonly string[],
  { times = 1, maxLineBytes = 1024 * 1024 }: Shipping = {},
): Promise<void> {
  const { events, ranges } = tablesOf(server.address);
  const reading = await readLog(names, { maxLineBytes });
  const rows: string[] = [];
  for (let event = await reading.next(); event !== null; event = await reading.next()) {
    const row = {
      host: "here",
      generation: "a1",
      offset: rows.length,
      time: BigInt(Math.round(event.timestampSeconds * 1e6)).toString(),
      request_id: event.requestId.toWellFormed(),
      service: event.service.toWellFormed(),
      event: event.name.toWellFormed(),
      metadata: JSON.stringify(event.metadata),
    };
    rows.push(JSON.stringify(row));
  }
  const range = rangeOf(reading.report(), rows.length);
  for (let time = 0; time < times; time++) {
    for (let at = 0; at < rows.length; at += rowsAtOnce) {
      await insert(server, events, rows.slice(at, at + rowsAtOnce));
    }
    await insert(server, ranges, [JSON.stringify(range)]);
  }
}

/** Empties the tables that hold the rows of these servers. */
export async function emptyTables(servers: readonly ClickHouse[], suffix = ""): Promise<void> {
  for (const server of servers) {
    for (const name of ["events", "ranges"]) {
      await server.text({
        sql: `TRUNCATE TABLE ${server.address.database}.timmy_latency_${name}${suffix}`,
      });
    }
  }
}

function rangeOf(
  {
    bytes,
    lines,
    recovered,
    blank,
    nulHoles,
    fallbackLines,
    problems,
  }: Omit<LogReport, "requests" | "closedEarly" | "folded">,
  rows: number,
) {
  return {
    ...{ host: "here", generation: "a1", start: 0, end: bytes, hash: "", rows },
    ...{ bytes, lines, recovered, blank, nul_holes: nulHoles, fallback_lines: fallbackLines },
    ...Object.fromEntries(problemKinds.map((kind) => [problemColumn(kind), problems.kinds[kind]])),
  };
}

async function insert(server: ClickHouse, table: string, rows: readonly string[]): Promise<void> {
  await server.text({
    sql: `INSERT INTO ${table} FORMAT JSONEachRow`,
    settings: { insert_distributed_sync: 1 },
    body: `${rows.join("\n")}\n`,
  });
}

import type { OpenLog } from "../log/file_source.ts";
import type { ReadProgress } from "../log/read_progress.ts";
import { extentOf } from "../log/shipping/shipped_logs.ts";
import type { ClickHouse } from "./client.ts";
import { generationOf } from "./generation.ts";
import { type LogIdentity, rangeRow } from "./parcel.ts";
import { rangeBytes, rangeIndex } from "./range_cutter.ts";
import { RangeReader } from "./range_reader.ts";
import { type RowSum, RowSums, rangeIndexSql, rowHashSql } from "./row_sums.ts";
import { rangeColumns, tablesOf } from "./schema.ts";
import { quoteName, quoteText } from "./sql.ts";

/** A range of which the two sides do not say the same. */
export interface Difference {
  /** Bytes of the log. */
  readonly start: number;
  readonly end: number;
  /** Events on this side and on that. */
  readonly here: number;
  readonly there: number;
  /** Where the events are equal, what of their counts is not. */
  readonly columns: readonly string[];
}

/** What an audit of one log has found. */
export interface LogAudit {
  readonly generation: string;
  readonly ranges: number;
  readonly events: number;
  readonly differences: readonly Difference[];
}

/**
 * Compares a log with what is stored of it, range by range: the events by their number and by a hash over
 * every column, which the server works out from the stored rows themselves, and the counts of the range.
 * Rows that are stored twice count once. Null for a log without an event.
 *
 * Memory: a `LogScan`, and the figures of each range.
 *
 * @throws AccessError if the log cannot be read.
 * @throws ClickHouseError if the server cannot be asked.
 */
export async function auditLog(
  open: OpenLog,
  server: ClickHouse,
  options: {
    readonly host: string;
    readonly maxLineBytes: number;
    readonly progress: ReadProgress;
  },
): Promise<LogAudit | null> {
  const { host, maxLineBytes, progress } = options;
  const extent = extentOf(open, false, progress);
  const head = await extent.read(0);
  const generation = await generationOf(head, maxLineBytes);
  head.close();
  if (generation === null) return null;
  const identity = { host, generation };
  const sums = new RowSums();
  const ranges = new Map<number, RangeCounts>();
  const file = await extent.read(0);
  const reader = new RangeReader(file, 0, maxLineBytes, sums.take);
  for (let range = await reader.next(); range !== null; range = await reader.next()) {
    ranges.set(rangeIndex(range.start), JSON.parse(rangeRow(identity, range)));
  }
  file.close();
  const here = { sums: sums.read(), ranges };
  const there = await askSums(server, identity);
  const events = [...here.sums.values()].reduce((total, { rows }) => total + rows, 0);
  return { generation, ranges: ranges.size, events, differences: compare(here, there) };
}

/** A row of the ranges' table; numbers may come as texts. */
type RangeCounts = Readonly<Record<string, string | number>>;

interface Side {
  readonly sums: ReadonlyMap<number, RowSum>;
  readonly ranges: ReadonlyMap<number, RangeCounts>;
}

/** What is stored. Of a range that grew while it was shipped the longest state counts. */
async function askSums(server: ClickHouse, { host, generation }: LogIdentity): Promise<Side> {
  const tables = tablesOf(server.address);
  const where = `WHERE host = ${quoteText(host)} AND generation = ${quoteText(generation)}`;
  const sums = new Map<number, RowSum>();
  const eventsSql =
    `SELECT toString(range_index) AS range, toString(count()) AS rows, toString(sum(hash)) AS sum ` +
    `FROM (SELECT ${rangeIndexSql} AS range_index, offset, ${rowHashSql} AS hash FROM ${tables.events} ` +
    `${where} GROUP BY offset, hash) GROUP BY range_index FORMAT JSONEachRow`;
  type SumRow = Readonly<Record<"range" | "rows" | "sum", string>>;
  for await (const { range, rows, sum } of server.rows<SumRow>({ sql: eventsSql })) {
    sums.set(Number(range), { rows: Number(rows), sum });
  }
  const ranges = new Map<number, RangeCounts>();
  const columns = rangeColumns.map(([name]) => quoteName(name)).join(", ");
  const rangesSql =
    `SELECT ${columns} FROM ${tables.ranges} ${where} ORDER BY start, end DESC ` +
    `LIMIT 1 BY start FORMAT JSONEachRow`;
  for await (const row of server.rows<RangeCounts>({ sql: rangesSql })) {
    ranges.set(rangeIndex(Number(row["start"])), row);
  }
  return { sums, ranges };
}

function compare(here: Side, there: Side): Difference[] {
  const sides = [here.sums, here.ranges, there.sums, there.ranges];
  const indexes = [...new Set(sides.flatMap((side) => [...side.keys()]))].sort((a, b) => a - b);
  return indexes.flatMap((index) => {
    const [own, stored] = [here.sums.get(index), there.sums.get(index)];
    const range = here.ranges.get(index) ?? there.ranges.get(index);
    const columns = differentColumns(here.ranges.get(index), there.ranges.get(index));
    if (own?.rows === stored?.rows && own?.sum === stored?.sum && columns.length === 0) return [];
    return [
      {
        start: Number(range?.["start"] ?? index * rangeBytes),
        end: Number(range?.["end"] ?? (index + 1) * rangeBytes),
        here: own?.rows ?? 0,
        there: stored?.rows ?? 0,
        columns: own?.sum === stored?.sum ? columns : [],
      },
    ];
  });
}

/** Figures of the counts that are not the same. */
function differentColumns(own: RangeCounts | undefined, stored: RangeCounts | undefined): string[] {
  return rangeColumns
    .map(([name]) => name)
    .filter((name) => String(own?.[name] ?? "") !== String(stored?.[name] ?? ""));
}

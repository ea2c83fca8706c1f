import { problemKinds } from "../event/decode.ts";
import type { Parcel } from "../log/shipping/parcel.ts";
import type { ClickHouse, Settings } from "./client.ts";
import type { LogRange } from "./range_reader.ts";
import { problemColumn, tablesOf } from "./schema.ts";
import type { ServerFacts } from "./server_facts.ts";

/** What identifies the events of a log wherever they are sent from. */
export interface LogIdentity {
  readonly host: string;
  readonly generation: string;
}

/** The row of a range, a line of JSON. */
export function rangeRow({ host, generation }: LogIdentity, range: LogRange): string {
  const problems = problemKinds.map((kind) => [problemColumn(kind), range.problems[kind]]);
  const row = {
    host,
    generation,
    start: range.start,
    end: range.end,
    hash: range.hash,
    rows: range.events,
    bytes: range.end - range.start,
    lines: range.lines,
    blank: range.blank,
    recovered: range.recovered,
    nul_holes: range.nulHoles,
    fallback_lines: range.fallbackLines,
    ...Object.fromEntries(problems),
  };
  return `${JSON.stringify(row)}\n`;
}

/**
 * Inserts the events of a range. Synchronous, and on a cluster only done when every shard has its rows. To
 * send the same again adds nothing that counts: the table keeps one row of each key.
 *
 * @throws ClickHouseError if it cannot be known that all are stored.
 */
export async function sendEvents(
  server: ClickHouse,
  facts: ServerFacts,
  { name, events, eventRows }: Parcel,
): Promise<void> {
  if (eventRows === 0) return;
  const { events: table } = tablesOf(server.address);
  await insert(server, facts, table, name, events);
}

/**
 * Inserts the counts of ranges whose events are stored: where a range is known its events are. Throws as
 * `sendEvents` does.
 */
export async function sendCounts(
  server: ClickHouse,
  facts: ServerFacts,
  parcels: readonly Parcel[],
): Promise<void> {
  if (parcels.length === 0) return;
  const { ranges: table } = tablesOf(server.address);
  const name = parcels.map((parcel) => parcel.name).join(" ");
  await insert(server, facts, table, name, parcels.map(({ range }) => range).join(""));
}

async function insert(
  server: ClickHouse,
  facts: ServerFacts,
  table: string,
  name: string,
  body: Uint8Array<ArrayBuffer> | string,
): Promise<void> {
  const settings = insertSettings(facts, name);
  const sql = `INSERT INTO ${table} FORMAT JSONEachRow`;
  await server.text({ sql, settings, body, isPacked: typeof body !== "string" });
}

function insertSettings(facts: ServerFacts, name: string): Settings {
  const wanted: Settings = {
    insert_deduplication_token: name,
    insert_distributed_sync: 1,
    async_insert: 0,
    // A range may hold any instants.
    max_partitions_per_insert_block: 0,
  };
  return Object.fromEntries(Object.entries(wanted).filter(([key]) => facts.settings.has(key)));
}

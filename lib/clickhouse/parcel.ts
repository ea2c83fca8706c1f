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
 * Inserts a range, its events first: where the range is known its events are stored. Synchronous, and on
 * a cluster only done when every shard has its rows. To send the same again adds nothing that counts: the
 * tables keep one row of each key.
 *
 * @throws ClickHouseError if it cannot be known that all is stored.
 */
export async function sendParcel(
  server: ClickHouse,
  facts: ServerFacts,
  parcel: Parcel,
): Promise<void> {
  const { events, ranges } = tablesOf(server.address);
  const settings = insertSettings(facts, parcel.name);
  const insert = (table: string, body: Uint8Array<ArrayBuffer> | string) =>
    server.text({ sql: `INSERT INTO ${table} FORMAT JSONEachRow`, settings, body });
  if (parcel.eventRows > 0) await insert(events, parcel.events);
  await insert(ranges, parcel.range);
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

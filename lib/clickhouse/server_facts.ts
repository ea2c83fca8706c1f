import type { ClickHouse } from "./client.ts";
import { ClickHouseError } from "./server_error.ts";
import { quoteText } from "./sql.ts";

/** What a server can do, asked once. */
export interface ServerFacts {
  readonly version: string;
  /** Those of the settings below that it knows. */
  readonly settings: ReadonlySet<string>;
  readonly hasLowCardinality: boolean;
  /** Whether it keeps replicas in step, and can create tables on a whole cluster. */
  readonly hasKeeper: boolean;
}

/** Settings that not every version has; an unknown one is an error. */
const settings = [
  "insert_deduplication_token",
  "insert_distributed_sync",
  "async_insert",
  "max_partitions_per_insert_block",
  "output_format_json_quote_64bit_integers",
] as const;

/** The first version in which LowCardinality is no experiment. */
const lowCardinality = [19, 4] as const;

/**
 * Asks a server for its version and for what depends on it.
 *
 * @throws ClickHouseError if it cannot be reached, or does not answer as ClickHouse does.
 */
export async function askServerFacts(server: ClickHouse): Promise<ServerFacts> {
  const names = settings.map(quoteText).join(", ");
  const sql =
    `SELECT version(), arrayStringConcat(groupArray(name), ','), ` +
    `(SELECT count() FROM system.tables WHERE database = 'system' AND name = 'zookeeper') ` +
    `FROM system.settings WHERE name IN (${names}) FORMAT TabSeparated`;
  const [version = "", known = "", keeper] = (await server.text({ sql })).trimEnd().split("\t");
  const match = /^(\d+)\.(\d+)\./.exec(version);
  if (match === null) throw new ClickHouseError(server.address, "it does not answer as ClickHouse");
  const [major, minor] = [Number(match[1]), Number(match[2])];
  return {
    version,
    settings: new Set(known.split(",")),
    hasLowCardinality:
      major > lowCardinality[0] || (major === lowCardinality[0] && minor >= lowCardinality[1]),
    hasKeeper: keeper === "1",
  };
}

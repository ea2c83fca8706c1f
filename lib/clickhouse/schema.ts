import { type ProblemKind, problemKinds } from "../event/decode.ts";
import type { ClickHouseAddress } from "./address.ts";
import type { ServerFacts } from "./server_facts.ts";
import { quoteName, quoteText } from "./sql.ts";

/** The tables, as SQL writes their names. */
export interface Tables {
  readonly database: string;
  /** One row for each event; a `Distributed` table on a cluster. */
  readonly events: string;
  /** One row for each range that was shipped, with the counts of what is no event. */
  readonly ranges: string;
}

/** The names of the tables in the database of an address. */
export function tablesOf({ database }: ClickHouseAddress): Tables {
  const tableOf = (name: string) => `${quoteName(database)}.${quoteName(name)}`;
  return {
    database: quoteName(database),
    events: tableOf(tableNames.events),
    ranges: tableOf(tableNames.ranges),
  };
}

/** The tables' own names. */
export const tableNames = {
  events: "timmy_latency_events",
  ranges: "timmy_latency_ranges",
} as const;

/** The cluster that tables are created for. */
export interface Cluster {
  readonly name: string;
  /** Whether a shard has more than one replica. */
  readonly hasReplicas: boolean;
}

/** The column that counts problems of a kind. */
export function problemColumn(kind: ProblemKind): string {
  return kind.replaceAll(" ", "_");
}

/** A column's name, and its type as every version knows it; names that repeat are marked. */
type Column = readonly [name: string, type: "String" | "Name" | "UInt64" | "Int64"];

/** Columns of the events, those of the key included. */
export const eventColumns: readonly Column[] = [
  ["host", "Name"],
  ["generation", "Name"],
  ["offset", "UInt64"],
  ["time", "Int64"],
  ["request_id", "String"],
  ["service", "Name"],
  ["event", "Name"],
  ["metadata", "String"],
];

/** Columns of the ranges. */
export const rangeColumns: readonly Column[] = [
  ["host", "Name"],
  ["generation", "Name"],
  ["start", "UInt64"],
  ["end", "UInt64"],
  ["hash", "String"],
  ...["rows", "bytes", "lines", "blank", "recovered", "nul_holes", "fallback_lines"].map(
    (name): Column => [name, "UInt64"],
  ),
  ...problemKinds.map((kind): Column => [problemColumn(kind), "UInt64"]),
];

/** What is different from table to table. */
interface TablePlan {
  readonly name: string;
  readonly columns: readonly Column[];
  /** What ReplacingMergeTree keeps the greatest of; the last one written without. */
  readonly version: string | null;
  readonly order: readonly string[];
  readonly partition: string | null;
  /** Rows of one key lie on one shard. */
  readonly shard: string;
}

/** Instants that a DateTime of ClickHouse can hold, in microseconds; all others share a partition. */
const lastDateTime = "4102444800000000";

const plans: readonly TablePlan[] = [
  {
    name: tableNames.events,
    columns: eventColumns,
    version: null,
    order: ["request_id", "host", "generation", "offset"],
    partition: `if(time >= 0 AND time < ${lastDateTime}, toYYYYMM(toDateTime(intDiv(time, 1000000), 'UTC'), 'UTC'), 0)`,
    // A request lies on one shard whole.
    shard: "cityHash64(request_id)",
  },
  {
    name: tableNames.ranges,
    columns: rangeColumns,
    version: "end",
    order: ["host", "generation", "start"],
    partition: null,
    shard: "cityHash64(host, generation)",
  },
];

/**
 * The statements that create the database and its tables, as far as they are missing; one to be run after
 * the other. On a cluster the tables of each shard are called `…_local`, and a Distributed table above
 * them has the plain name. A cluster without ZooKeeper or Keeper cannot pass statements on: there they are
 * to be run on each of its servers.
 */
export function schemaStatements(
  { database }: ClickHouseAddress,
  { hasLowCardinality, hasKeeper }: ServerFacts,
  cluster: Cluster | null,
): string[] {
  const onCluster = cluster !== null && hasKeeper ? ` ON CLUSTER ${quoteName(cluster.name)}` : "";
  const isReplicated = cluster !== null && hasKeeper && cluster.hasReplicas;
  const create = (name: string, columns: readonly Column[], engine: string) => {
    const lines = columns.map(([column, type]) => {
      const name = hasLowCardinality ? "LowCardinality(String)" : "String";
      return `  ${quoteName(column)} ${type === "Name" ? name : type}`;
    });
    const table = `${quoteName(database)}.${quoteName(name)}`;
    return `CREATE TABLE IF NOT EXISTS ${table}${onCluster} (\n${lines.join(",\n")}\n)\n${engine}`;
  };
  return [
    `CREATE DATABASE IF NOT EXISTS ${quoteName(database)}${onCluster}`,
    ...plans.flatMap((plan) => {
      const engine = mergeTree(plan, database, isReplicated);
      if (cluster === null) return [create(plan.name, plan.columns, engine)];
      const local = `${plan.name}_local`;
      const place = [cluster.name, database, local].map(quoteText).join(", ");
      return [
        create(local, plan.columns, engine),
        create(plan.name, plan.columns, `ENGINE = Distributed(${place}, ${plan.shard})`),
      ];
    }),
  ];
}

function mergeTree(plan: TablePlan, database: string, isReplicated: boolean): string {
  const version = plan.version === null ? [] : [quoteName(plan.version)];
  const path = `/clickhouse/tables/{shard}/${database}/${plan.name}`;
  const engine = isReplicated
    ? `ReplicatedReplacingMergeTree(${[quoteText(path), "'{replica}'", ...version].join(", ")})`
    : `ReplacingMergeTree(${version.join("")})`;
  const partition = plan.partition === null ? "" : `\nPARTITION BY ${plan.partition}`;
  const order = plan.order.map(quoteName).join(", ");
  return `ENGINE = ${engine}${partition}\nORDER BY (${order})`;
}

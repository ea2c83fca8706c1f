import type { ClickHouse } from "./client.ts";
import { type Cluster, schemaStatements } from "./schema.ts";
import { ClickHouseError } from "./server_error.ts";
import { askServerFacts } from "./server_facts.ts";
import { quoteText } from "./sql.ts";

/** What it takes to have the tables on a server. */
export interface SchemaPlan {
  /** To be run one after the other. */
  readonly statements: readonly string[];
  /** Servers of the cluster where the same has to be run: those that cannot be told from here. */
  readonly otherHosts: readonly string[];
}

/**
 * Finds out which statements create the tables on a server, and with `clusterName` on its cluster.
 *
 * @throws ClickHouseError if the server cannot be asked, or knows no such cluster.
 */
export async function planSchema(
  server: ClickHouse,
  clusterName: string | null,
): Promise<SchemaPlan> {
  const facts = await askServerFacts(server);
  if (clusterName === null) {
    return { statements: schemaStatements(server.address, facts, null), otherHosts: [] };
  }
  const hosts = await askHosts(server, clusterName);
  const hasReplicas = hosts.some((host) => host.replica_num > 1);
  const cluster: Cluster = { name: clusterName, hasReplicas };
  return {
    statements: schemaStatements(server.address, facts, cluster),
    otherHosts: facts.hasKeeper
      ? []
      : hosts.filter((host) => host.is_local === 0).map((host) => `${host.host_name}:${host.port}`),
  };
}

interface Host {
  readonly host_name: string;
  readonly port: number;
  readonly replica_num: number;
  readonly is_local: number;
}

async function askHosts(server: ClickHouse, clusterName: string): Promise<Host[]> {
  const sql =
    `SELECT host_name, port, replica_num, is_local FROM system.clusters ` +
    `WHERE cluster = ${quoteText(clusterName)} ORDER BY shard_num, replica_num FORMAT JSONEachRow`;
  const hosts: Host[] = [];
  for await (const host of server.rows<Host>({ sql })) hosts.push(host);
  if (hosts.length > 0) return hosts;
  throw new ClickHouseError(
    server.address,
    `it knows no cluster ${clusterName}; see its table system.clusters`,
  );
}

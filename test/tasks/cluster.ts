/**
 * `bun run cluster`: starts two ClickHouse servers on free ports of this machine, the shards of a cluster,
 * with the tables of this project in the database `latency`; runs until Ctrl-C, and leaves nothing behind.
 */
import { join } from "node:path";
import { clusterName, startClickHouse } from "../support/clickhouse.ts";

const binary = join(import.meta.dir, "..", "..", "dist", "timmy-latency");
const stopped = new Promise((resolve) => {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, resolve);
});

await using servers = await startClickHouse({ shards: 2 });
const addresses = servers.shards.map((server) => server.address("latency"));
for (const address of addresses) {
  const init = [binary, "export", "--to", address, "--init", "--cluster", clusterName];
  const { exitCode } = Bun.spawnSync(init, { stdout: "inherit", stderr: "inherit" });
  if (exitCode !== 0) process.exitCode = exitCode;
}
process.stdout.write(`The cluster ${clusterName} listens, until Ctrl-C, at\n`);
for (const address of addresses) process.stdout.write(`  ${address}\n`);
process.stdout.write(`Try: timmy-latency export --to ${addresses[0]} LOG\n`);
await stopped;

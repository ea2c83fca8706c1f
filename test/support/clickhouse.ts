import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseClickHouseAddress } from "../../lib/clickhouse/address.ts";
import { ClickHouse } from "../../lib/clickhouse/client.ts";
import { planSchema } from "../../lib/clickhouse/init.ts";

/** What tests of ClickHouse need; for `describeWithTools`. */
export const clickHouseTools = ["clickhouse-server", "setpriv"] as const;

/** The cluster that servers started together form, by its name in the configuration. */
export const clusterName = "test";

/** A user that wants a password. */
export const guardedUser = { user: "guarded", password: "päss'\\word" } as const;

/** A ClickHouse server of this machine that belongs to a test. */
export interface TestServer {
  /** `127.0.0.1:PORT`, for HTTP. */
  readonly host: string;
  /** An address of a database on it; whether it exists is another matter. */
  address(database: string): string;
  /** A client for any SQL. */
  client(database?: string): ClickHouse;
  /** Ends the process at once, as `kill -9` does. */
  kill(): Promise<void>;
  /** Starts it again, with the same data on the same port. */
  restart(): Promise<void>;
}

/** Servers that are gone when the test is over. */
export interface TestServers extends AsyncDisposable {
  readonly shards: readonly [TestServer, ...TestServer[]];
  readonly first: TestServer;
}

/**
 * Starts Debian's clickhouse-server on free ports of this machine: one, or two that are the shards of a
 * cluster. Data is in a temporary folder. The servers end with the process that started them, however
 * that ends.
 */
export async function startClickHouse({
  shards = 1,
}: {
  readonly shards?: 1 | 2;
} = {}): Promise<TestServers> {
  const folder = mkdtempSync(join(tmpdir(), "timmy-latency-clickhouse-"));
  const ports = await freePorts(shards * 2);
  const places = Array.from({ length: shards }, (_, shard) => ({
    folder: join(folder, `shard_${shard + 1}`),
    http: ports[shard * 2] ?? 0,
    tcp: ports[shard * 2 + 1] ?? 0,
  }));
  const servers = places.map((place) => {
    mkdirSync(place.folder);
    writeFileSync(join(place.folder, "config.xml"), configuration(place, places));
    writeFileSync(join(place.folder, "users.xml"), users);
    return new Server(place);
  });
  const stop = async () => {
    await Promise.all(servers.map((server) => server.kill()));
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await Promise.all(servers.map((server) => server.restart()));
  } catch (error) {
    await stop();
    throw error;
  }
  const [first, ...others] = servers;
  if (first === undefined) throw new Error("No server was started");
  return { shards: [first, ...others], first, [Symbol.asyncDispose]: stop };
}

interface Place {
  readonly folder: string;
  readonly http: number;
  readonly tcp: number;
}

class Server implements TestServer {
  readonly host: string;
  readonly #place: Place;
  #process: Bun.Subprocess | null = null;

  constructor(place: Place) {
    this.#place = place;
    this.host = `127.0.0.1:${place.http}`;
  }

  address(database: string): string {
    return `clickhouse://${this.host}/${database}`;
  }

  client(database = "default"): ClickHouse {
    return new ClickHouse(parseClickHouseAddress(this.address(database)), {
      credentials: null,
      timeoutMs: 60_000,
      userAgent: "tests",
    });
  }

  async kill(): Promise<void> {
    this.#process?.kill("SIGKILL");
    await this.#process?.exited;
    this.#process = null;
  }

  async restart(): Promise<void> {
    const server = ["clickhouse-server", `--config-file=${join(this.#place.folder, "config.xml")}`];
    this.#process = Bun.spawn(["setpriv", "--pdeathsig", "KILL", ...server], {
      cwd: this.#place.folder,
      stdio: ["ignore", "ignore", "ignore"],
    });
    await this.#untilReady(this.#process);
  }

  async #untilReady(process: Bun.Subprocess): Promise<void> {
    const deadline = performance.now() + 60_000;
    while (performance.now() < deadline && process.exitCode === null) {
      const answer = await fetch(`http://${this.host}/ping`).catch(() => null);
      if (answer?.ok) return;
      await Bun.sleep(50);
    }
    const log = readFileSync(join(this.#place.folder, "error.log"), "utf8");
    throw new Error(`clickhouse-server does not start: ${log.slice(-2000)}`);
  }
}

/** Ports that nobody listens on just now. */
async function freePorts(count: number): Promise<number[]> {
  const listeners = Array.from({ length: count }, () => createServer().listen(0, "127.0.0.1"));
  const ports = await Promise.all(
    listeners.map(async (listener) => {
      if (!listener.listening) await new Promise((resolve) => listener.once("listening", resolve));
      const address = listener.address();
      return typeof address === "object" && address !== null ? address.port : 0;
    }),
  );
  await Promise.all(listeners.map((listener) => new Promise((done) => listener.close(done))));
  return ports;
}

function configuration(own: Place, all: readonly Place[]): string {
  const shards = all.map(
    ({ tcp }) => `<shard><replica><host>127.0.0.1</host><port>${tcp}</port></replica></shard>`,
  );
  return `<yandex>
<logger><level>warning</level><log>${own.folder}/server.log</log><errorlog>${own.folder}/error.log</errorlog></logger>
<listen_host>127.0.0.1</listen_host><http_port>${own.http}</http_port><tcp_port>${own.tcp}</tcp_port>
<path>${own.folder}/data/</path><tmp_path>${own.folder}/temporary/</tmp_path>
<users_config>${own.folder}/users.xml</users_config>
<default_profile>default</default_profile><default_database>default</default_database>
<mark_cache_size>268435456</mark_cache_size>
<remote_servers><${clusterName}>${shards.join("")}</${clusterName}></remote_servers>
</yandex>
`;
}

const networks = "<networks><ip>127.0.0.1</ip></networks>";
const user = (name: string, password: string) =>
  `<${name}>${password}${networks}<profile>default</profile><quota>default</quota></${name}>`;
const hash = new Bun.CryptoHasher("sha256").update(guardedUser.password).digest("hex");

const users = `<yandex>
<profiles><default/></profiles><quotas><default/></quotas>
<users>
${user("default", "<password/>")}
${user(guardedUser.user, `<password_sha256_hex>${hash}</password_sha256_hex>`)}
</users>
</yandex>
`;

/**
 * Creates the tables of a database on servers: on the shards of the cluster, or on the only one.
 *
 * @throws ClickHouseError if a server refuses.
 */
export async function createTables({ shards }: TestServers, database: string): Promise<void> {
  for (const server of shards) {
    const client = server.client(database);
    const { statements } = await planSchema(client, shards.length > 1 ? clusterName : null);
    for (const sql of statements) await client.text({ sql });
  }
}

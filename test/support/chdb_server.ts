import { join } from "node:path";
import { parseClickHouseAddress } from "../../lib/clickhouse/address.ts";
import { ClickHouse } from "../../lib/clickhouse/client.ts";
import { temporaryFolder } from "./binary.ts";

/** What of npm's `chdb` is used: ClickHouse of today in this process. */
interface Session {
  query(sql: string, format?: string): string;
  cleanup?(): void;
}

type Module = { readonly Session: new (path: string) => Session };

/** Over 500 MB, so nobody has to have it: the name is not one that tools would look for. */
const name = ["ch", "db"].join("");

/** ClickHouse in process; null with the reason where it is not installed. */
export async function loadChdb(): Promise<Module | null> {
  return (import(name) as Promise<Module>).catch(() => null);
}

/** A server that answers as ClickHouse does over HTTP, out of a ClickHouse in this process. */
export interface ChdbServer extends Disposable {
  client(database: string): ClickHouse;
}

/** Parameters of a request that are no settings. */
const noSettings = /^(?:query|database|wait_end_of_query|insert_distributed_sync|_plans_\w+)$/;

/** Starts such a server on a free port of this machine. */
export function startChdb({ Session: Opened }: Module): ChdbServer {
  const folder = temporaryFolder();
  const session = new Opened(join(folder.path, "data"));
  const run = (sql: string) => session.query(sql, "TabSeparated") || "";
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      const parameters = new URL(request.url).searchParams;
      const isForm = request.headers.get("content-type")?.startsWith("multipart/") === true;
      const form = isForm ? await request.formData() : null;
      const body = form === null ? await request.text() : "";
      const sql = [parameters.get("query") ?? "", String(form?.get("query") ?? ""), body].join(
        "\n",
      );
      try {
        for (const [setting, value] of parameters) {
          if (!noSettings.test(setting)) run(`SET ${setting} = ${value}`);
        }
        const plans = form?.get("_plans");
        if (plans instanceof Blob) {
          run(
            `CREATE OR REPLACE TABLE default._plans (${parameters.get("_plans_structure")}) ENGINE = Memory`,
          );
          const rows = await plans.text();
          if (rows !== "") run(`INSERT INTO default._plans FORMAT TabSeparated\n${rows}`);
        }
        return new Response(run(sql.trim()));
      } catch (error) {
        const text = error instanceof Error ? error.message : String(error);
        return new Response(/Code: \d+/.test(text) ? text : `Code: 1. DB::Exception: ${text}`, {
          status: 500,
        });
      }
    },
  });
  return {
    client: (database) =>
      new ClickHouse(parseClickHouseAddress(`clickhouse://127.0.0.1:${server.port}/${database}`), {
        credentials: null,
        timeoutMs: 60_000,
        userAgent: "tests",
      }),
    [Symbol.dispose]: () => {
      server.stop(true);
      session.cleanup?.();
      folder[Symbol.dispose]();
    },
  };
}

import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { temporaryFolder } from "./binary.ts";

/** What of npm's `chdb`, a current ClickHouse in this process, is used. */
interface Session {
  query(sql: string, format?: string): string;
  cleanup(): void;
}

/** Where the package is looked for: here, or in the folder that CHDB names. It is 546 MB, so nothing needs it. */
const place = process.env["CHDB"] ?? join(import.meta.dir, "..", "..");

/** Why tests of the current dialect cannot run; null if they can. */
export const whyNoChdb = findChdb() === null ? "npm's chdb not installed (see CHDB)" : null;

/** Answers as ClickHouse's HTTP interface does, on a free port of this machine, until the test is over. */
export async function startChdb(): Promise<AsyncDisposable & { readonly host: string }> {
  const { Session } = (await import(findChdb() ?? "")) as {
    Session: new (path: string) => Session;
  };
  const folder = temporaryFolder();
  const session = new Session(join(folder.path, "data"));
  const server = createServer((request, response) => void answer(session, request, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  return {
    host: `127.0.0.1:${typeof address === "object" ? address?.port : 0}`,
    [Symbol.asyncDispose]: async () => {
      server.close();
      server.closeAllConnections();
      session.cleanup();
      folder[Symbol.dispose]();
    },
  };
}

function findChdb(): string | null {
  try {
    return Bun.resolveSync("chdb", place);
  } catch {
    return null;
  }
}

async function answer(
  session: Session,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  const isPacked = request.headers["content-encoding"] === "gzip";
  const parameters = new URL(request.url ?? "/", "http://localhost").searchParams;
  const type = request.headers["content-type"] ?? "";
  const form = type.startsWith("multipart/")
    ? await new Response(body, { headers: { "content-type": type } }).formData()
    : null;
  const sent = (isPacked ? gunzipSync(body) : body).toString();
  const text = form === null ? sent : String(form.get("query"));
  const { query = "", wait_end_of_query: _, ...others } = Object.fromEntries(parameters);
  const settings = Object.entries(others).filter(([name]) => !/_(?:structure|format)$/.test(name));
  try {
    if (form !== null) await takeTables(session, form, parameters);
    for (const [name, value] of settings) {
      session.query(`SET ${name} = '${value.replaceAll("'", "\\'")}'`);
    }
    response.end(session.query(query === "" ? text : `${query}\n${text}`, "TabSeparated"));
  } catch (error) {
    response.writeHead(500);
    response.end(error instanceof Error ? error.message : String(error));
  }
}

/** Makes tables of what comes along with a query: in process there is no other way. */
async function takeTables(
  session: Session,
  form: FormData,
  parameters: URLSearchParams,
): Promise<void> {
  for (const [name, rows] of form) {
    if (!(rows instanceof Blob)) continue;
    const columns = parameters.get(`${name}_structure`);
    session.query(`CREATE OR REPLACE TABLE default.${name} (${columns}) ENGINE = Memory`);
    const text = await rows.text();
    const format = parameters.get(`${name}_format`);
    if (text !== "") session.query(`INSERT INTO default.${name} FORMAT ${format}\n${text}`);
  }
}

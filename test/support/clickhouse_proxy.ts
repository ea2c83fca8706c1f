import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { TestServer } from "./clickhouse.ts";

/** What a server, or who stands in its place, answers. */
interface Answered {
  readonly status: number;
  readonly text: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What becomes of an insert on its way: passed on, lost before or after it is stored, or answered so. */
export type Fate = "pass" | "lose it" | "lose the answer" | Answered;

/** An insert as it came by. */
export interface Insert {
  readonly table: string;
  readonly bytes: number;
}

/**
 * Stands between a shipper and a real server on a free port of this machine. `fateOf` decides over each
 * insert, counted from 0; everything else is passed on. Gone when the test is over.
 */
export async function startProxy(
  server: TestServer,
  fateOf: (index: number, insert: Insert) => Fate | Promise<Fate>,
): Promise<Disposable & { readonly host: string; readonly inserts: readonly Insert[] }> {
  const inserts: Insert[] = [];
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    const url = new URL(request.url ?? "/", `http://${server.host}`);
    const table = /^INSERT INTO \S+`(\w+)`/.exec(url.searchParams.get("query") ?? "")?.[1];
    let fate: Fate = "pass";
    if (table !== undefined) {
      const insert = { table, bytes: body.length };
      inserts.push(insert);
      fate = await fateOf(inserts.length - 1, insert);
    }
    if (fate === "lose it") return request.socket.destroy();
    const answered = typeof fate === "object" ? fate : await passOn(url, request, body);
    if (fate === "lose the answer") return request.socket.destroy();
    response.writeHead(answered.status, answered.headers);
    return response.end(answered.text);
  };
  const proxy = createServer((request, response) => {
    answer(request, response).catch(() => request.socket.destroy());
  });
  proxy.listen(0, "127.0.0.1");
  await once(proxy, "listening");
  const address = proxy.address();
  const port = typeof address === "object" ? address?.port : 0;
  return {
    host: `127.0.0.1:${port}`,
    inserts,
    [Symbol.dispose]: () => {
      proxy.close();
      proxy.closeAllConnections();
    },
  };
}

/** Passes a request on to the real server. */
async function passOn(url: URL, { headers }: IncomingMessage, body: Buffer): Promise<Answered> {
  const kept = ["content-encoding", "x-clickhouse-user", "x-clickhouse-key"];
  const passed = kept.flatMap((name) => (headers[name] ? [[name, String(headers[name])]] : []));
  const answer = await fetch(url, {
    method: "POST",
    headers: Object.fromEntries(passed),
    body: new Uint8Array(body),
  });
  return { status: answer.status, text: await answer.text() };
}

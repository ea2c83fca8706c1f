import { gunzipSync } from "node:zlib";

/** What the collector of a test answers to one request; a function may also never answer. */
export type Answer = () => Response | Promise<Response>;

/** A request as it arrived, its body unpacked. */
export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly atMs: number;
}

/**
 * A collector on a free port of this machine that answers as it is told, one answer after the other, and
 * the last one ever after; gone when the test is over.
 */
export function startCollector(
  ...answers: readonly Answer[]
): Disposable & { readonly url: string; readonly received: readonly Received[] } {
  const received: Received[] = [];
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    async fetch(request) {
      const bytes = new Uint8Array(await request.arrayBuffer());
      const isPacked = request.headers.get("content-encoding") === "gzip";
      received.push({
        method: request.method,
        path: new URL(request.url).pathname,
        headers: Object.fromEntries(request.headers),
        body: new TextDecoder().decode(isPacked ? gunzipSync(bytes) : bytes),
        atMs: performance.now(),
      });
      const answer = answers[Math.min(received.length, answers.length) - 1];
      return answer?.() ?? new Response("{}");
    },
  });
  return {
    url: `http://127.0.0.1:${server.port}`,
    received,
    [Symbol.dispose]: () => void server.stop(true),
  };
}

/** An answer with that status. */
export function answering(
  status: number,
  body = "{}",
  headers: Readonly<Record<string, string>> = {},
): Answer {
  return () => new Response(body, { status, headers });
}

import { AccessError, describeSystemError, errorCode } from "../lib/error.ts";

/** The only address that is listened at: what the log tells is nobody's business elsewhere. */
const address = "127.0.0.1";
/** Pages that follow the log at once. */
const mostListeners = 32;

/** What every answer says to the browser: keep nothing, guess nothing, let nobody else in. */
const headers: Readonly<Record<string, string>> = {
  "Cache-Control": "no-store",
  "Content-Security-Policy": "frame-ancestors 'none'",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
};

/**
 * Serves one page on this machine, and tells those who look at it what happens. It answers GET of `/` and
 * `/events` and nothing else, and only if it is called by its own name: a page of another site that has
 * its name lead here would else read the log.
 */
export class PageServer {
  readonly #server: Bun.Server<undefined>;
  readonly #listeners = new Set<ReadableStreamDefaultController<string>>();
  /** What a new listener is told: the last of each kind. */
  readonly #last = new Map<string, string>();

  /**
   * Listens at once; port 0 is any free one.
   *
   * @throws AccessError if the port cannot be had.
   */
  constructor(port: number, page: () => Promise<string>) {
    const answer = (request: Request, server: Bun.Server<undefined>) => {
      if (!this.#isOwnName(request.headers.get("Host"))) return refuse(421, "Misdirected request");
      if (request.method !== "GET") return refuse(405, "Only GET is answered", { Allow: "GET" });
      const { pathname } = new URL(request.url);
      if (pathname === "/") return respondWith(page);
      if (pathname !== "/events") return refuse(404, "Not found");
      // Listeners are silent for as long as the log is.
      server.timeout(request, 0);
      return this.#listen();
    };
    try {
      // Unless told otherwise a second server shares the port with the first, and takes half its visitors.
      const options = { hostname: address, port, fetch: answer, reusePort: false };
      this.#server = Bun.serve({ ...options, development: false });
    } catch (error) {
      const reason =
        errorCode(error) === "EADDRINUSE" ? "somebody else has it" : describeSystemError(error);
      throw new AccessError(`Cannot serve on port ${port} of ${address}: ${reason}`);
    }
  }

  /** Where the page is to be found. */
  get url(): string {
    return `http://${address}:${this.#server.port}/`;
  }

  /** Whether anybody looks at the page. */
  get hasListeners(): boolean {
    return this.#listeners.size > 0;
  }

  /** Tells everybody who listens; those who come later are told too if it `lasts`. */
  tell(event: string, data: string, lasts: boolean): void {
    if (lasts && this.#last.get(event) === data) return;
    if (lasts) this.#last.set(event, data);
    for (const listener of this.#listeners) this.#send(listener, event, data);
  }

  /** Ends every connection at once. */
  async stop(): Promise<void> {
    for (const listener of this.#listeners) listener.close();
    this.#listeners.clear();
    await this.#server.stop(true);
  }

  #isOwnName(host: string | null): boolean {
    return host === `${address}:${this.#server.port}` || host === `localhost:${this.#server.port}`;
  }

  #listen(): Response {
    if (this.#listeners.size >= mostListeners) return refuse(503, "Too many pages are open");
    let own: ReadableStreamDefaultController<string> | null = null;
    const stream = new ReadableStream<string>({
      start: (controller) => {
        own = controller;
        this.#listeners.add(controller);
        controller.enqueue("retry: 1000\n\n");
        for (const [event, data] of this.#last) this.#send(controller, event, data);
      },
      cancel: () => {
        if (own !== null) this.#listeners.delete(own);
      },
    });
    return new Response(stream, {
      headers: { ...headers, "Content-Type": "text/event-stream; charset=utf-8" },
    });
  }

  #send(listener: ReadableStreamDefaultController<string>, event: string, data: string): void {
    const lines = data.split(/\r\n|\r|\n/).map((line) => `data: ${line}\n`);
    try {
      listener.enqueue(`event: ${event}\n${lines.join("")}\n`);
    } catch {
      this.#listeners.delete(listener);
    }
  }
}

async function respondWith(page: () => Promise<string>): Promise<Response> {
  try {
    return new Response(await page(), {
      headers: { ...headers, "Content-Type": "text/html; charset=utf-8" },
    });
  } catch (error) {
    return refuse(500, error instanceof Error ? error.message : String(error));
  }
}

function refuse(status: number, reason: string, more: Record<string, string> = {}): Response {
  return new Response(`${reason}\n`, {
    status,
    headers: { ...headers, ...more, "Content-Type": "text/plain; charset=utf-8" },
  });
}

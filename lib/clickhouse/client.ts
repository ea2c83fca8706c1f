import { describeConnectionFailure } from "../connection.ts";
import type { ClickHouseAddress } from "./address.ts";
import { ClickHouseError, parseException, refusal } from "./server_error.ts";

/** Who asks. */
export interface Credentials {
  readonly user: string;
  readonly password: string;
}

/** How to reach a server. */
export interface ClickHouseOptions {
  /** Null: the server's default user, without a password. */
  readonly credentials: Credentials | null;
  /** The whole answer must be here by then. */
  readonly timeoutMs: number;
  readonly userAgent: string;
}

/** Settings of a query, by ClickHouse's names. */
export type Settings = Readonly<Record<string, string | number>>;

/** One query: its SQL, and what goes with it. */
export interface Query {
  readonly sql: string;
  readonly settings?: Settings;
  /** Rows to insert, the SQL then travels in the address; or a form with external tables, and it in there. */
  readonly body?: BodyInit;
  /** The body is packed with gzip. */
  readonly isPacked?: boolean;
}

/** Exceptions tell how they begin in so many characters. */
const exceptionHead = "Code: ";

/**
 * A ClickHouse server, spoken to over HTTP, one query at a time. The server holds an answer back until it
 * is complete (`wait_end_of_query`), so that one that breaks off comes with a status that says so; all
 * the same every answer is looked through for an exception in its midst.
 *
 * Memory: `text()` the answer, `rows()` a row and a chunk.
 */
export class ClickHouse {
  readonly address: ClickHouseAddress;
  readonly #options: ClickHouseOptions;

  constructor(address: ClickHouseAddress, options: ClickHouseOptions) {
    this.address = address;
    this.#options = options;
  }

  /**
   * Sends a query and returns its answer as text. For answers that hold no text out of a log, which could
   * read like an exception.
   *
   * @throws ClickHouseError if the server cannot be reached, refuses it, or breaks off.
   */
  async text(query: Query): Promise<string> {
    const response = await this.#send(query);
    const text = await this.#read(() => response.text());
    const said = text.includes(exceptionHead) ? exceptionAtEnd(text) : null;
    if (said !== null) throw refusal(this.address, response.status, said, null);
    return text;
  }

  /**
   * Sends a query that ends in `FORMAT JSONEachRow` and hands out its rows as they arrive. Throws as
   * `text()` does.
   */
  async *rows<Row>(query: Query): AsyncGenerator<Row> {
    const response = await this.#send(query);
    const decoder = new TextDecoder();
    let rest = "";
    const reader = response.body?.getReader();
    try {
      while (reader !== undefined) {
        const { done, value } = await this.#read(() => reader.read());
        rest += decoder.decode(value, { stream: !done });
        const lines = rest.split("\n");
        rest = done ? "" : (lines.pop() ?? "");
        for (const line of lines) {
          if (line === "") continue;
          yield this.#parseRow<Row>(line, response.status);
        }
        if (done) return;
      }
    } finally {
      // Whoever has seen enough leaves no connection behind that waits to be read.
      await reader?.cancel().catch(() => {});
    }
  }

  #parseRow<Row>(line: string, status: number): Row {
    if (!line.startsWith("{")) throw refusal(this.address, status, line, null);
    try {
      return JSON.parse(line) as Row;
    } catch {
      throw refusal(this.address, status, exceptionAtEnd(line) ?? "a row that is no JSON", null);
    }
  }

  async #send({ sql, settings = {}, body, isPacked = false }: Query): Promise<Response> {
    const { credentials, timeoutMs, userAgent } = this.#options;
    const url = new URL(this.address.origin);
    // An address has not room enough for every question.
    const isForm = body instanceof FormData;
    if (isForm) body.set("query", sql);
    const inAddress = body === undefined || isForm ? {} : { query: sql };
    const parameters = { wait_end_of_query: 1, ...inAddress };
    for (const [name, value] of Object.entries({ ...parameters, ...settings })) {
      url.searchParams.set(name, String(value));
    }
    const response = await this.#read(() =>
      fetch(url, {
        method: "POST",
        headers: {
          "user-agent": userAgent,
          ...(isPacked ? { "content-encoding": "gzip" } : {}),
          ...(credentials === null
            ? {}
            : {
                "x-clickhouse-user": encodeHeader(credentials.user),
                "x-clickhouse-key": encodeHeader(credentials.password),
              }),
        },
        body: body ?? sql,
        // A redirection could lead credentials astray.
        redirect: "manual",
        signal: AbortSignal.timeout(timeoutMs),
      }),
    );
    if (response.ok) return response;
    const text = await this.#read(() => response.text());
    throw refusal(this.address, response.status, text, response.headers.get("retry-after"));
  }

  async #read<Value>(step: () => Promise<Value>): Promise<Value> {
    try {
      return await step();
    } catch (error) {
      const { reason, isPassing } = describeConnectionFailure(error, this.#options.timeoutMs);
      throw new ClickHouseError(this.address, reason, { isPassing });
    }
  }
}

/** The exception that stands at the end of an answer, on a line of its own or behind half a row. */
function exceptionAtEnd(text: string): string | null {
  const at = text.lastIndexOf(exceptionHead);
  const tail = at < 0 ? "" : text.slice(at);
  return /DB::\w*Exception/.test(tail) && parseException(tail) !== null ? tail : null;
}

/** HTTP carries bytes, which JavaScript's headers take as Latin-1. */
function encodeHeader(text: string): string {
  return Buffer.from(text).toString("latin1");
}

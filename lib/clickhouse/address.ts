import { UsageError } from "../error.ts";
import { quote } from "../escape.ts";

/** Where a ClickHouse server listens, and the database on it. */
export interface ClickHouseAddress {
  /** `http://host:8123` or `https://host:8443`. */
  readonly origin: string;
  readonly database: string;
  /** The address in full, as messages and file names have it: `clickhouse://host:8123/latency`. */
  readonly text: string;
}

/** Schemes of addresses, what they stand for, and the port where servers usually listen. */
const schemes: Readonly<Record<string, readonly [scheme: string, port: string]>> = {
  "clickhouse:": ["http:", "8123"],
  "clickhouses:": ["https:", "8443"],
};

/** Whether a text is meant as an address of ClickHouse, right or wrong. */
export function isClickHouseAddress(text: string): boolean {
  return /^clickhouses?:/i.test(text);
}

/**
 * Reads `clickhouse://HOST[:8123]/DATABASE` (HTTP) or `clickhouses://HOST[:8443]/DATABASE` (TLS).
 *
 * @throws UsageError for anything else, or for credentials, which every user of the machine could read
 * in the list of processes; they are not quoted.
 */
export function parseClickHouseAddress(text: string): ClickHouseAddress {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url !== null && (url.username !== "" || url.password !== "")) {
    throw new UsageError(
      "Cannot use a name or password in the address of ClickHouse: put them into " +
        "TIMMY_LATENCY_CLICKHOUSE_USER and TIMMY_LATENCY_CLICKHOUSE_PASSWORD",
    );
  }
  const [scheme, usualPort] = schemes[url?.protocol ?? ""] ?? [];
  const database = /^\/([A-Za-z_]\w*)$/.exec(url?.pathname ?? "")?.[1];
  const isBare = url?.search === "" && url.hash === "";
  if (url === null || scheme === undefined || !url.hostname || !isBare || database === undefined) {
    throw new UsageError(
      `Cannot use ${quote(withoutUser(text))} as an address of ClickHouse: write one such as ` +
        "clickhouse://localhost:8123/latency",
    );
  }
  const host = `${url.hostname}:${url.port === "" ? usualPort : url.port}`;
  return {
    origin: `${scheme}//${host}`,
    database,
    text: `${url.protocol}//${host}/${database}`,
  };
}

/** What stands before an @ may be a password, also in what is no address. */
function withoutUser(text: string): string {
  return text.replace(/\/\/.*@/s, "//…@");
}

import { AccessError } from "../error.ts";
import { excerpt } from "../escape.ts";
import type { ClickHouseAddress } from "./address.ts";

/** What is known of a request that failed. */
interface Failure {
  /** The HTTP status; null if there was no answer. */
  readonly status: number | null;
  /** ClickHouse's number of the exception; null if it did not speak. */
  readonly exception: number | null;
  /** The header `Retry-After`. */
  readonly retryAfter: string | null;
  /** Whether a connection that failed may succeed later. */
  readonly isPassing: boolean;
}

/** A request to ClickHouse that failed: it could not be reached, refused, or broke off. */
export class ClickHouseError extends AccessError implements Failure {
  override name = "ClickHouseError";
  readonly status: number | null;
  readonly exception: number | null;
  readonly retryAfter: string | null;
  readonly isPassing: boolean;
  /** What is wrong, without what was to be done. */
  readonly reason: string;

  constructor(address: ClickHouseAddress, reason: string, failure: Partial<Failure> = {}) {
    super(`Cannot use ${address.text}: ${reason}`);
    this.reason = reason;
    this.status = failure.status ?? null;
    this.exception = failure.exception ?? null;
    this.retryAfter = failure.retryAfter ?? null;
    this.isPassing = failure.isPassing ?? false;
  }
}

/** How ClickHouse begins to say what went wrong, also in the midst of an answer. */
const spoken = /Code: (\d+)[.,] ?(?:e\.displayText\(\) = )?(?:DB::\w*Exception: )?(.*)/s;

/** The exception that a text tells of, or null. */
export function parseException(
  text: string,
): { readonly exception: number; readonly message: string } | null {
  const match = spoken.exec(text);
  if (match === null) return null;
  const message = (match[2] ?? "").replace(/,? e\.(?:what|displayText)\(\).*$/s, "").trim();
  return { exception: Number(match[1]), message };
}

const init = (address: ClickHouseAddress) =>
  `create it with: timmy-latency export --to ${address.text} --init`;
/** What to say where a table is missing. */
export function missingTable(address: ClickHouseAddress, table: string): ClickHouseError {
  return new ClickHouseError(address, `it lacks the table ${table}; ${init(address)}`);
}

const credentials =
  "set TIMMY_LATENCY_CLICKHOUSE_USER and TIMMY_LATENCY_CLICKHOUSE_PASSWORD, or " +
  "TIMMY_LATENCY_CLICKHOUSE_CREDENTIALS=FILE";

/** Exceptions that have a way out which can be told. */
const ways: Readonly<Record<number, (address: ClickHouseAddress) => string>> = {
  60: (address) => `it lacks a table; ${init(address)}`,
  81: (address) => `there is no database ${address.database}; ${init(address)}`,
  192: () => `it does not know this user; ${credentials}`,
  193: () => `it takes another password; ${credentials}`,
  194: () => `it wants a password; ${credentials}`,
  516: () => `it takes neither this user nor this password; ${credentials}`,
};

/** Makes an error of an answer that says no. */
export function refusal(
  address: ClickHouseAddress,
  status: number,
  text: string,
  retryAfter: string | null,
): ClickHouseError {
  const said = parseException(text);
  if (said === null) {
    const words = excerpt(text.trim(), 200);
    const reason = `it answers ${status}${words === "" ? "" : ` (${words})`}`;
    return new ClickHouseError(address, reason, { status, retryAfter });
  }
  const { exception, message } = said;
  const reason = ways[exception]?.(address) ?? `it says: ${excerpt(message, 300)}`;
  return new ClickHouseError(address, reason, { status, exception, retryAfter });
}

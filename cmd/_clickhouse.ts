import { readFileSync, statSync } from "node:fs";
import { type ClickHouseAddress, parseClickHouseAddress } from "../lib/clickhouse/address.ts";
import { ClickHouse, type Credentials } from "../lib/clickhouse/client.ts";
import { AccessError, describeSystemError, errorCode, UsageError } from "../lib/error.ts";
import packageJson from "../package.json" with { type: "json" };

const variables = {
  user: "TIMMY_LATENCY_CLICKHOUSE_USER",
  password: "TIMMY_LATENCY_CLICKHOUSE_PASSWORD",
  file: "TIMMY_LATENCY_CLICKHOUSE_CREDENTIALS",
} as const;

/** Who else may read a file: its group and all others. */
const othersMayRead = 0o044;

/**
 * Makes ready to speak to the ClickHouse server of an address, within `timeoutMs` for each query, as the
 * user whom the environment names.
 *
 * @throws UsageError if the address or the credentials are written wrongly.
 * @throws AccessError if the file with credentials cannot be read, or others can read it, too.
 */
export function openClickHouse(address: string | ClickHouseAddress, timeoutMs: number): ClickHouse {
  const parsed = typeof address === "string" ? parseClickHouseAddress(address) : address;
  return new ClickHouse(parsed, {
    credentials: readCredentials(process.env),
    timeoutMs,
    userAgent: `${packageJson.name}/${packageJson.version}`,
  });
}

/** User and password from the environment, or else from the file that it names. */
function readCredentials(
  environment: Readonly<Record<string, string | undefined>>,
): Credentials | null {
  const [user, password] = [environment[variables.user], environment[variables.password]];
  const file = environment[variables.file];
  if (file && (user || password)) {
    throw new UsageError(`Cannot use ${variables.file} together with the variables beside it`);
  }
  if (file) return credentialsOfFile(file);
  return user || password ? { user: user || "default", password: password ?? "" } : null;
}

/** Two lines, user and password, or one of `user:password`. */
function credentialsOfFile(path: string): Credentials {
  const lines = readGuarded(path)
    .replace(/\r?\n$/, "")
    .split(/\r?\n/);
  const [first = "", second] = lines;
  const colon = first.indexOf(":");
  const user = second === undefined ? first.slice(0, Math.max(0, colon)) : first;
  if (user === "" || lines.length > 2) {
    throw new UsageError(
      `Cannot use the credentials in ${path}: write user:password, or a line for each`,
    );
  }
  return { user, password: second ?? first.slice(colon + 1) };
}

function readGuarded(path: string): string {
  try {
    if ((statSync(path).mode & othersMayRead) === 0) return readFileSync(path, "utf8");
  } catch (error) {
    const reason = describeSystemError(error);
    throw new AccessError(`Cannot read the credentials in ${path}: ${reason}`, errorCode(error));
  }
  throw new AccessError(
    `Cannot use the credentials in ${path}: others may read it; run chmod 600 ${path}`,
  );
}

import { isClickHouseAddress } from "../clickhouse/address.ts";
import type { ClickHouse } from "../clickhouse/client.ts";
import { UsageError } from "../error.ts";
import type { ReaderOptions } from "./reading.ts";

/**
 * The server that is asked instead of reading files; null where the names are those of files.
 *
 * @throws UsageError if it is named beside other logs, or cannot be asked this way.
 */
export function askedServer({ names, from, openServer }: ReaderOptions): ClickHouse | null {
  const address = names.find(isClickHouseAddress);
  if (address === undefined) return null;
  if (names.length > 1) {
    throw new UsageError("Cannot read ClickHouse together with other logs: name it alone");
  }
  if (from !== undefined) {
    throw new UsageError(`Cannot use --from ${from} with ClickHouse: it holds events of ours`);
  }
  if (openServer === undefined) throw new UsageError("Cannot ask ClickHouse here: name a log");
  return openServer(address);
}

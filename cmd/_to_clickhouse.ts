import { UsageError } from "../lib/error.ts";
import { auditClickHouse } from "./_audit.ts";
import { type Arguments, isOn, textOf } from "./_command.ts";
import type { ExitCode } from "./_exit_codes.ts";
import { initClickHouse } from "./_init_clickhouse.ts";
import type { Messages } from "./_output.ts";
import { shipToClickHouse } from "./_ship.ts";

/** What cannot be asked for: all events are shipped, as they were logged. */
const foreign = [
  "since",
  "until",
  "service",
  "session",
  "request",
  "all",
  "tail",
  "slowest",
  "from",
  "idle",
  "max-problems",
  "strict-metadata",
  "output",
  "requests",
  "rows",
  "post",
  "headers-file",
] as const;

/**
 * `export --to clickhouse://…`.
 *
 * @throws UsageError for options that make no sense.
 * @throws AccessError if the log cannot be read or the server does not take it.
 */
export async function exportToClickHouse(args: Arguments, messages: Messages): Promise<ExitCode> {
  const stray = foreign.find((name) => args[name] !== undefined);
  if (stray !== undefined) {
    throw new UsageError(`Cannot use --${stray} with --to clickhouse://…: all events are shipped`);
  }
  const isInit = isOn(args, "init") || isOn(args, "print-schema");
  if (textOf(args, "cluster") !== undefined && !isInit) {
    throw new UsageError("Cannot use --cluster without --init or --print-schema");
  }
  const tasks = (["init", "print-schema", "follow", "audit"] as const).filter((name) =>
    isOn(args, name),
  );
  if (tasks.length > 1) {
    throw new UsageError(`Cannot use --${tasks[0]} with --${tasks[1]}: it is one or the other`);
  }
  if (isOn(args, "audit")) return auditClickHouse(args);
  return isInit ? initClickHouse(args, messages) : shipToClickHouse(args, messages);
}

import { planSchema } from "../lib/clickhouse/init.ts";
import { UsageError } from "../lib/error.ts";
import { escapeControls } from "../lib/escape.ts";
import { formatCount } from "../lib/units/count.ts";
import { openClickHouse } from "./_clickhouse.ts";
import { type Arguments, isOn, textOf } from "./_command.ts";
import { type ExitCode, exitCodes } from "./_exit_codes.ts";
import { flushOut, type Messages, writeOut } from "./_output.ts";

const timeoutMs = 60_000;

/**
 * `export --to clickhouse://… --init` and `--print-schema`: creates the database and its tables as far as
 * they are missing, or prints the statements that would.
 *
 * @throws UsageError if there are logs, too.
 * @throws ClickHouseError if the server refuses.
 */
export async function initClickHouse(args: Arguments, messages: Messages): Promise<ExitCode> {
  if (args._.length > 0) throw new UsageError("Cannot use --init or --print-schema with a FILE");
  const server = openClickHouse(textOf(args, "to") ?? "", timeoutMs);
  const { statements, otherHosts } = await planSchema(server, textOf(args, "cluster") ?? null);
  if (isOn(args, "print-schema")) {
    writeOut(statements.map((sql) => `${sql};\n`).join("\n"));
    flushOut();
  } else {
    for (const sql of statements) await server.text({ sql });
    await messages.note(`The tables are ready at ${server.address.text}`);
  }
  if (otherHosts.length > 0) {
    const hosts = escapeControls(otherHosts.join(", "));
    const others = formatCount(otherHosts.length, "other server");
    await messages.note(
      `Do the same at ${others} of the cluster, which has no ZooKeeper to pass it on: ${hosts}`,
    );
  }
  return exitCodes.fine;
}

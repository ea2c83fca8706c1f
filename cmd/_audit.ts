import { auditLog, type Difference, type LogAudit } from "../lib/clickhouse/audit_log.ts";
import { requireTables } from "../lib/clickhouse/require_tables.ts";
import { escapeControls } from "../lib/escape.ts";
import { openShippedLogs } from "../lib/log/shipping/shipped_logs.ts";
import { formatCount } from "../lib/units/count.ts";
import { openClickHouse } from "./_clickhouse.ts";
import { type Arguments, textOf } from "./_command.ts";
import { type ExitCode, exitCodes } from "./_exit_codes.ts";
import { locateFile } from "./_global_options.ts";
import { missingDefaultLog } from "./_no_event.ts";
import { optimizeFromNowOn } from "./_optimize.ts";
import { writeErrorLine, writeOut } from "./_output.ts";
import { ProgressLine } from "./_progress.ts";
import { hostAndLines } from "./_shipping_options.ts";

/** The server reads all its events for each log. */
const timeoutMs = 600_000;

/**
 * `export --to clickhouse://… --audit`: says of each log whether what is stored is what it holds; 1 if
 * not.
 *
 * @throws AccessError if a log cannot be read, or the server cannot be asked.
 */
export async function auditClickHouse(args: Arguments): Promise<ExitCode> {
  const server = openClickHouse(textOf(args, "to") ?? "", timeoutMs);
  const missing = missingDefaultLog(args);
  if (missing !== null) {
    writeErrorLine(`timmy-latency: ${missing}`);
    return exitCodes.no;
  }
  await requireTables(server);
  optimizeFromNowOn();
  const logPath = args._.length > 0 ? null : locateFile(args).path;
  const progress = new ProgressLine(args, args._);
  let isEqual = true;
  try {
    for (const source of await openShippedLogs(args._, logPath, progress)) {
      const open = source.open();
      const audit = await auditLog(open, server, { ...hostAndLines(args), progress });
      open.close();
      writeOut(describe(source.name, audit));
      isEqual &&= audit === null || audit.differences.length === 0;
    }
  } finally {
    progress.end();
  }
  return isEqual ? exitCodes.fine : exitCodes.no;
}

function describe(name: string, audit: LogAudit | null): string {
  const log = escapeControls(name);
  if (audit === null) return `${log}: no event\n`;
  const { generation, events, ranges, differences } = audit;
  const size = `${formatCount(events, "event")} in ${formatCount(ranges, "range")}`;
  const verdict =
    differences.length === 0 ? "equal" : `${formatCount(differences.length, "range")} not equal`;
  const lines = differences.map((difference) => `  ${describeDifference(difference)}\n`);
  return `${log}: ${size}, generation ${generation}: ${verdict}\n${lines.join("")}`;
}

function describeDifference({ start, end, here, there, columns }: Difference): string {
  const place = `bytes ${start} to ${end}`;
  if (columns.length > 0) return `${place}: ${columns.join(", ")} not equal`;
  const other = here === there ? ", but not the same" : "";
  return `${place}: ${formatCount(here, "event")} here, ${there} stored${other}`;
}

import { statSync } from "node:fs";
import { dirname } from "node:path";
import { isClickHouseAddress } from "../lib/clickhouse/address.ts";
import { errorCode } from "../lib/error.ts";
import { countArchives } from "../lib/log/archive_folder.ts";
import type { Arguments } from "./_command.ts";
import { describeLocation, locate } from "./_global_options.ts";

/**
 * What to say if there is no log yet in the usual place. A log that was named, by FILE or by --log,
 * must be there: that one is opened all the same, and fails with the system's reason.
 */
export function missingDefaultLog(args: Arguments): string | null {
  const location = locate(args);
  if (args._.length > 0 || location.rule === "--log") return null;
  return isAbsent(location.path) ? noEventYet(args) : null;
}

/** A log that is there but out of reach is not absent. */
function isAbsent(path: string): boolean {
  try {
    statSync(path);
    return false;
  } catch (error) {
    return errorCode(error) === "ENOENT";
  }
}

/** The sentence for a log without a single event. */
export function noEventYet(args: Arguments): string {
  const files = args._.map((name) => (name === "-" ? "standard input" : name));
  const location = locate(args);
  if (isClickHouseAddress(files[0] ?? "")) {
    return `There is no event yet in ${files[0]}; ship a log with: timmy-latency export --to ${files[0]} FILE`;
  }
  const place = files.length > 0 ? files.join(", ") : `the log ${describeLocation(location)}`;
  const path = files.length === 0 && location.rule === "--log" ? location.path : files[0];
  const isFile = path !== undefined && files.length < 2 && args._[0] !== "-";
  const way = "timmy-latency log $(timmy-latency id) stt stt_transcript_finalized";
  const option = isFile ? ` --log ${shellWord(path)}` : "";
  const archives = files.length > 0 ? "" : archivesOf(location.path);
  return `There is no event yet in ${place}; write the first one with: ${way}${option}${archives}`;
}

/** What to add where a log has archives: its events have not gone. */
function archivesOf(path: string): string {
  const folder = dirname(path);
  const count = countArchives(folder, path);
  if (count === 0) return "";
  const which = count === 1 ? "its archive" : `its ${count} archives`;
  return `; read ${which} with: timmy-latency analyze ${shellWord(folder)}`;
}

/** A text as one word of a shell command. */
function shellWord(text: string): string {
  return /^[\w./:@-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

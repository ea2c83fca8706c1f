import { readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { generationOf } from "../lib/clickhouse/generation.ts";
import { openLogFile } from "../lib/log/file_source.ts";
import { checkpointInfix, completeGenerations } from "../lib/log/shipping/checkpoint.ts";

const maxLineBytes = 1024 * 1024;

/**
 * Those of some archives that are not known to be stored at every address that the log is shipped to;
 * none if it is shipped nowhere. An archive without an event has nothing to be stored.
 *
 * @throws AccessError if an archive or a checkpoint cannot be read.
 */
export async function findUnshipped(
  logPath: string,
  archives: readonly string[],
): Promise<readonly string[]> {
  const addresses = listCheckpoints(logPath).map((path) => completeGenerations(path));
  if (addresses.length === 0) return [];
  const unshipped: string[] = [];
  for (const archive of archives) {
    const file = openLogFile(archive);
    const generation = await generationOf(file, maxLineBytes);
    file.close();
    if (generation === null || addresses.every((stored) => stored.has(generation))) continue;
    unshipped.push(archive);
  }
  return unshipped;
}

/** The checkpoints of a log; none if its folder cannot be read, of which rotation tells. */
function listCheckpoints(logPath: string): string[] {
  const begin = `${basename(logPath)}${checkpointInfix}`;
  try {
    return readdirSync(dirname(logPath))
      .filter(
        (name) => name.startsWith(begin) && /^[0-9a-f]{8}\.json$/.test(name.slice(begin.length)),
      )
      .map((name) => join(dirname(logPath), name));
  } catch {
    return [];
  }
}

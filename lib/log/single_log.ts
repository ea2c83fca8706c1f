import type { LogFile } from "./file_source.ts";
import { openLogs } from "./open_logs.ts";

/**
 * Gets hold of the one log that `names` mean, to be scanned; null if they mean several, which are to be
 * merged by time instead.
 *
 * @throws AccessError if a file cannot be opened.
 */
export async function openSingleLog(names: readonly string[]): Promise<LogFile | null> {
  const sources = await openLogs(names);
  const [source] = sources;
  if (source === undefined || sources.length > 1) {
    for (const one of sources) if (one.isHeld) one.open().close();
    return null;
  }
  const open = source.open();
  const file = open.read();
  return {
    name: file.name,
    read: (target) => file.read(target),
    damage: () => file.damage(),
    close: () => {
      file.close();
      open.close();
    },
  };
}

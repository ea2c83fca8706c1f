import type { SessionReading } from "./read_sessions.ts";
import { concludeSummary, type ReaderOptions } from "./reading.ts";
import { scanFindings } from "./scan_findings.ts";

/**
 * Sorts all requests into conversations by the fast way, with the same result as from objects. Null
 * where that way is not open; see `scanFindings`.
 *
 * @throws AccessError if a file cannot be opened or read.
 */
export async function scanSessions(
  options: ReaderOptions,
  gapSeconds: number | null,
): Promise<SessionReading | null> {
  const found = await scanFindings(options, { of: "sessions", gapSeconds });
  if (found === null) return null;
  const { findings, clocks, reading } = found;
  const { summary, evidence, turns } = findings;
  const { hints } = concludeSummary(summary, evidence, { ...options, clocks });
  return { groups: turns.groups, hints, ...reading };
}

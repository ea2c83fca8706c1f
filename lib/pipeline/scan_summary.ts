import { type Analysis, concludeSummary, type ReaderOptions } from "./reading.ts";
import { scanFindings } from "./scan_findings.ts";

/**
 * The summary over all requests by the fast way. Null where that way is not open; see `scanFindings`.
 *
 * @throws AccessError if a file cannot be opened or read.
 */
export async function scanSummary(options: ReaderOptions): Promise<Analysis | null> {
  const found = await scanFindings(options, { of: "summary", gapSeconds: null });
  if (found === null) return null;
  const { findings, clocks, reading } = found;
  const { summary, evidence } = findings;
  return { ...concludeSummary(summary, evidence, { ...options, clocks }), ...reading };
}

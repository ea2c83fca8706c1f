import { areAllFiles } from "../log/find_logs.ts";
import type { SessionOptions } from "../pipeline.ts";
import type { RequestAnalysis } from "../request/describe.ts";
import { SampleChoice } from "../request/request_sample.ts";
import type { EngineTurns } from "../session/engine_turns.ts";
import { concludePage, type PageAnalysis } from "./conclude_page.ts";
import { findAgain } from "./find_again.ts";
import type { ReaderOptions } from "./reading.ts";
import { scanFindings } from "./scan_findings.ts";
import { isScannable } from "./scan_requests.ts";

/**
 * What a page about a log is made of, by the fast way, with the same result as from objects. The
 * requests that the page shows are chosen by their figures, and read again as a whole. Null where that
 * way is not open, see `scanRequests`; where others are to work meanwhile; for what can be read only
 * once; and where a request cannot be read again as it was.
 *
 * Memory: as `sessions`, 24 bytes more for each request, and at most 300 requests as a whole.
 *
 * @throws AccessError if a file cannot be opened or read.
 */
export async function scanReport(
  options: ReaderOptions,
  sessionOptions: SessionOptions,
): Promise<PageAnalysis | null> {
  // Scanning lets nobody else work.
  if (options.isPolite || !isScannable(options) || !areAllFiles(options.names)) return null;
  const wishes = { of: "page", gapSeconds: sessionOptions.gapSeconds } as const;
  let sample: readonly RequestAnalysis[] = [];
  const found = await scanFindings(options, wishes, async ({ turns }, bytes) => {
    const again = await findAgain(bytes, choose(turns), options.maxLineBytes);
    sample = again ?? [];
    return again !== null;
  });
  if (found === null) return null;
  const { findings, clocks, reading } = found;
  const { summary, evidence, ledger, turns, period } = findings;
  const parts = { summary, evidence, ledger, groups: turns.groups, period, sample };
  return concludePage(parts, reading, { ...options, clocks }, sessionOptions);
}

/** The places of the requests that the page is to show. */
function choose(turns: EngineTurns) {
  const choice = new SampleChoice<number>();
  turns.forEach((request) => {
    choice.add(request.row, request);
  });
  return choice.read().map((row) => turns.placeOf(row));
}

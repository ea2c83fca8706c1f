import { Findings, type FindingWishes } from "./findings.ts";
import { type Found, foundIn } from "./found.ts";
import type { ReaderOptions } from "./reading.ts";
import { type LookAgain, scanInParts } from "./scan_in_parts.ts";
import { scanRequests } from "./scan_requests.ts";

/**
 * Finds by the fast way what is wished for, in all requests, by several threads where that is quicker.
 * Null where that way is not open, see `scanRequests`, or if `lookAgain` says so.
 *
 * @throws AccessError if a file cannot be opened or read.
 */
export async function scanFindings(
  options: ReaderOptions,
  wishes: FindingWishes,
  lookAgain: LookAgain = async () => true,
): Promise<Found | null> {
  const inParts = await scanInParts(options, wishes, lookAgain);
  if (inParts !== null) return inParts;
  const findings = new Findings(wishes);
  const { names, needs } = findings;
  const log = await scanRequests(options, { ...needs, names, requests: false }, (engine) => {
    findings.begin(engine);
    return {
      end: () => findings.end(),
      readAgain: (bytes) => lookAgain(findings, bytes),
    };
  });
  return log === null ? null : foundIn(findings, log);
}

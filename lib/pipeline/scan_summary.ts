import { PairNames } from "../event/pair_names.ts";
import { summaryCaptures } from "../request/capture_scheme.ts";
import { CompactSummary } from "../request/compact_summary.ts";
import { HintEvidenceBuilder } from "../request/hint_evidence.ts";
import { RequestSummary } from "../request/summarize.ts";
import { type Analysis, concludeSummary, type ReaderOptions } from "./reading.ts";
import { scanInParts } from "./scan_in_parts.ts";
import { scanRequests } from "./scan_requests.ts";

/**
 * The summary over all requests by the fast way, by several threads where that is quicker. Null where that way is not open; see `scanRequests`.
 *
 * @throws AccessError if a file cannot be opened or read.
 */
export async function scanSummary(options: ReaderOptions): Promise<Analysis | null> {
  const inParts = await scanInParts(options);
  if (inParts !== null) return inParts;
  const names = new PairNames();
  const summary = new RequestSummary();
  const evidence = new HintEvidenceBuilder();
  const wishes = { names, captures: summaryCaptures, sessions: false, requests: false };
  let oldestSeconds: number | null = null;
  const log = await scanRequests(options, wishes, (engine) => {
    const compact = new CompactSummary(summary, evidence, names, engine);
    return {
      end() {
        oldestSeconds = compact.oldestSeconds;
        compact.end();
      },
    };
  });
  if (log === null) return null;
  const { requests } = summary;
  return {
    ...concludeSummary(summary, evidence, options),
    log: { ...log, folded: log.folded + summary.folded },
    selected: requests,
    searched: { requests, oldestSeconds },
    otherIds: [],
  };
}

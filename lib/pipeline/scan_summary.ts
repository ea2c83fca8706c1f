import { PairNames } from "../event/pair_names.ts";
import { findClockConflicts } from "../hints/clock_conflict.ts";
import { summaryCaptures } from "../request/capture_scheme.ts";
import { copyRequest, hasServiceEvent } from "../request/compact_request.ts";
import { CompactSummary } from "../request/compact_summary.ts";
import type { CompactRequest } from "../request/request_table.ts";
import { Choice } from "../request/select.ts";
import { RequestSummary } from "../request/summarize.ts";
import { mayMatter } from "./read_requests.ts";
import { type Analysis, type ReaderOptions, readingOf } from "./reading.ts";
import { scanRequests } from "./scan_requests.ts";

/**
 * The summary over the selected requests by the fast way. Null where that way is not open, as for clocks
 * to correct.
 *
 * @throws AccessError if the file cannot be opened or read.
 */
export async function scanSummary(options: ReaderOptions): Promise<Analysis | null> {
  if (options.correctClocks === true) return null;
  const { selection } = options;
  const names = new PairNames();
  const summary = new RequestSummary();
  const compact = new CompactSummary(summary, names);
  const choice = new Choice<CompactRequest>(
    selection,
    {
      idOf: ({ id }) => id,
      startOf: ({ events }) => events.timestamps[0] ?? Number.NaN,
      sessionOf: ({ session }) => session,
      processingOf: (request) => compact.processingOf(request),
      hasService: (request, service) => hasServiceEvent(request, service, names),
      toKeep: (request) => copyRequest(request, summaryCaptures.width),
    },
    (request) => compact.add(request),
  );
  const withSessions = selection.session !== undefined;
  const log = await scanRequests(
    options,
    {
      names,
      captures: summaryCaptures,
      withSessions,
      wants: (range, table) => mayMatter(range, options, table),
    },
    (request) => choice.add(request),
  );
  if (log === null) return null;
  choice.end();
  const folded = log.folded + summary.folded;
  const clocks = summary.clocks.read();
  return {
    summary: summary.read(),
    clocks,
    hints: findClockConflicts({ clocks }),
    ...readingOf({ ...log, folded }, choice, summary.requests),
  };
}

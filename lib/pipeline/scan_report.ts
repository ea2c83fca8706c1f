import { PairNames } from "../event/pair_names.ts";
import { areAllFiles } from "../log/find_logs.ts";
import type { SessionOptions } from "../pipeline.ts";
import { CompactSummary } from "../request/compact_summary.ts";
import { HintEvidenceBuilder } from "../request/hint_evidence.ts";
import { LedgerSummary } from "../request/ledger_summary.ts";
import { SampleChoice } from "../request/request_sample.ts";
import { RequestSummary } from "../request/summarize.ts";
import { EngineTurns } from "../session/engine_turns.ts";
import { turnCaptures } from "../session/turn_captures.ts";
import { concludePage, type PageAnalysis, type PageParts } from "./conclude_page.ts";
import { findAgain } from "./find_again.ts";
import type { ReaderOptions } from "./reading.ts";
import { isScannable, scanRequests } from "./scan_requests.ts";

/**
 * What a page about a log is made of, by the fast way, with the same result as from objects. The requests
 * that the page shows are chosen by their figures, and read again as a whole. Null where that way is not
 * open, see `scanRequests`; where others are to work meanwhile; for what can be read only once; and where a request cannot be read again as it was.
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
  const names = new PairNames();
  const gathered = {
    summary: new RequestSummary(),
    evidence: new HintEvidenceBuilder(),
    ledger: new LedgerSummary(),
  };
  const { summary, evidence, ledger } = gathered;
  const wishes = { names, captures: turnCaptures, sessions: true, requests: false, places: true };
  let parts: PageParts | null = null;
  let oldestSeconds: number | null = null;
  const log = await scanRequests(options, wishes, (engine) => {
    const compact = new CompactSummary(summary, evidence, names, engine, ledger);
    const turns = new EngineTurns(engine, sessionOptions.gapSeconds, true);
    return {
      end() {
        oldestSeconds = compact.oldestSeconds;
        compact.end();
        turns.end();
      },
      async readAgain(bytes) {
        const sample = await findAgain(bytes, choose(turns), options.maxLineBytes);
        if (sample === null) return false;
        const { groups } = turns;
        parts = { ...gathered, groups, period: periodOf(compact), sample };
        return true;
      },
    };
  });
  if (log === null || parts === null) return null;
  const { groups } = parts as PageParts;
  const { requests } = summary;
  const reading = {
    log: { ...log, folded: log.folded + summary.folded + groups.folded },
    selected: requests,
    searched: { requests, oldestSeconds },
    otherIds: [],
  };
  return concludePage(parts, reading, options, sessionOptions);
}

/** The places of the requests that the page is to show. */
function choose(turns: EngineTurns) {
  const choice = new SampleChoice<number>();
  turns.forEach((request) => {
    choice.add(request.row, request);
  });
  return choice.read().map((row) => turns.placeOf(row));
}

/** The time that requests lie in. */
function periodOf({ oldestSeconds, newestSeconds }: CompactSummary) {
  if (oldestSeconds === null || newestSeconds === null) return null;
  return { firstSeconds: oldestSeconds, lastSeconds: newestSeconds };
}
